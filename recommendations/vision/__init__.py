"""Pictures as vectors: similar looks, dominant colours, search by photo.

An optional extra (requirements-vision.txt): without it everything works on attributes and words
alone. `weights` and `network` build an ONNX model of the packaged EfficientNet-Lite0, `pictures`
decodes and letterboxes, `encoder` runs the model, `colours` finds the colours of a garment, `store`
keeps the vectors, `projection` shortens them for the bundle, `search` finds by photo.
"""
