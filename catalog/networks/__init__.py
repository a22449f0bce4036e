"""Neural networks as ONNX models, for texts and pictures."""
