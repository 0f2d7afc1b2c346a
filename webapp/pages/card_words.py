"""What the cards of bundles say, for the catalogues; the cards themselves stay English."""

from webapp.speech.words import N_

SUMMARIES = (
    N_("Three dense layers on the mean of 40 MFCCs over time."),
    N_("Two LSTMs over 40 MFCCs."),
    N_("2-D convolutions over a picture of 40 MFCCs."),
    N_("2-D convolutions up to 512 filters over a picture of 40 MFCCs, then an LSTM."),
    N_(
        "2-D convolutions over the mel picture of 40 MFCCs, then an LSTM that reads it in both "
        "directions."
    ),
    N_(
        "2-D convolutions over mel spectrogram, MFCCs and chroma, joined by the prosody of the "
        "clip."
    ),
    N_("%(start)s whose last layer has learnt further from clips corrected here."),
)

DESCRIPTIONS = (
    N_(
        "Five folds by actor (Luna-Jiménez et al. 2021): every clip is heard by a model that was "
        "trained without its speaker; in each training part two further actors choose the epoch."
    ),
    N_(
        "Clips corrected here, each heard by the model fine-tuned without its speaker; clips whose "
        "speaker is not known are left out of this."
    ),
    N_(
        "Clips corrected here, held out at random, a fifth at a time: the model was fine-tuned "
        "without the clip, but perhaps on others by whoever speaks in it. Too good for a "
        "stranger's voice."
    ),
)

DAMAGES = (
    *(N_("20 dB louder"), N_("20 dB quieter"), N_("a second of silence in front")),
    *(N_("recorded at 44.1 kHz"), N_("recorded at 16 kHz"), N_("telephone, 300 to 3,400 Hz")),
    *(N_("Opus at 24 kbit/s"), N_("MP3 at 64 kbit/s")),
    *(N_("white noise 20 dB below"), N_("white noise 10 dB below")),
    *(N_("other voices 20 dB below"), N_("other voices 10 dB below")),
)
