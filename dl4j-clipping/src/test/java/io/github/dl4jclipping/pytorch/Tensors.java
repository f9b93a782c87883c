package io.github.dl4jclipping.pytorch;

import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Carries numbers between ND4J and PyTorch. */
final class Tensors {

  private Tensors() {}

  /** Returns a copy of an array, row by row. */
  static Tensor of(INDArray array) {
    return Tensor.create(array.dup('c').data().asFloat(), array.shape());
  }

  /** Returns a parameter whose gradient is a copy of an array. */
  static Tensor parameterWithGradient(INDArray gradient) {
    Tensor parameter = Tensor.create(new float[(int) gradient.length()], gradient.shape());
    parameter.set_requires_grad(true);
    parameter.mutable_grad().put(of(gradient));
    return parameter;
  }

  static float[] floats(Tensor tensor) {
    FloatBuffer buffer = tensor.detach().contiguous().createBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  /** PyTorch's clip_grad_norm_, which consumes the vector that it is given. */
  static double clip(List<Tensor> parameters, double maxNorm, double order, boolean error) {
    TensorVector vector = new TensorVector(parameters.toArray(new Tensor[0]));
    return torch.clip_grad_norm_(vector, maxNorm, order, error);
  }

  /** PyTorch's clip_grad_value_. */
  static void clamp(List<Tensor> parameters, double value) {
    torch.clip_grad_value_(new TensorVector(parameters.toArray(new Tensor[0])), value);
  }
}
