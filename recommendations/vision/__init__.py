"""Pictures as vectors: articles that look alike, dominant colours, search by photo.

An extra (requirements-vision.txt): without it everything works on attributes and words alone.
`weights` and `network` make an ONNX model of the packaged EfficientNet-Lite0, `pictures` decodes
and letterboxes, `encoder` runs the model, `colours` finds the colours of a garment, `store` keeps
what was embedded, `training` makes the bundle's arrays, `search` finds by photo.
"""
