"""Feature settings for tests of the speech package."""

from webapp.speech.features import FeatureSettings

SETTINGS = FeatureSettings(
    sample_rate=16_000,
    n_fft=1024,
    win_length=800,
    hop_length=256,
    n_mels=80,
    fmin=50.0,
    fmax=8000.0,
    n_mfcc=40,
    trim_db=30.0,
    window_frames=96,
    window_hop_frames=48,
    pooling="none",
    speeds=(1.0,),
)
