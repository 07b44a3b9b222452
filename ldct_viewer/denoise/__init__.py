"""The denoising network, its model files and the engine that runs it."""
