"""What runs apart from the application: decoders, in processes that can do nothing else."""
