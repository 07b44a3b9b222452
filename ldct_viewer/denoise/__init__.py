"""The denoising network, its model files and the engine that runs it."""

THICK_MM = 4.0  # slices farther apart than this show other anatomy: the network sees each on its own
