package io.github.dl4jclipping.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Runs TensorFlow's {@code clip_by_global_norm}. In Java it must be assembled from its parts, in
 * one graph; the factor is {@code maxNorm * min(1 / norm, 1 / maxNorm)}, as in TensorFlow. The
 * clipped arrays are results; nothing is changed in place.
 */
@NullUnmarked // prepared before it is used
final class TensorFlow implements Peer {

  private Graph graph;
  private Session session;
  private Placeholder<TFloat32> bound;
  private Operand<TFloat32> norm;
  private List<Placeholder<TFloat32>> inputs;
  private List<Operand<TFloat32>> outputs;
  private TFloat32[] gradient;

  /** Supports only floats, because the sum of squares overflows in HALF. */
  @Override
  public boolean supports(Workload workload, Operation operation) {
    return workload.order() == 2 && workload.type() == ElementType.FLOAT;
  }

  @Override
  public void prepare(Workload workload) {
    gradient =
        IntStream.range(0, workload.arrays())
            .mapToObj(array -> tensor(workload.draw(array)))
            .toArray(TFloat32[]::new);
    graph = new Graph();
    build(Ops.create(graph));
    session = new Session(graph);
  }

  private static TFloat32 tensor(float[] values) {
    return TFloat32.tensorOf(Shape.of(values.length), DataBuffers.of(values));
  }

  private void build(Ops tf) {
    bound = tf.placeholder(TFloat32.class);
    inputs = new ArrayList<>();
    outputs = new ArrayList<>();
    List<Operand<TFloat32>> squares = new ArrayList<>();
    for (int i = 0; i < gradient.length; i++) {
      Placeholder<TFloat32> input = tf.placeholder(TFloat32.class);
      inputs.add(input);
      squares.add(tf.sum(tf.math.square(input), tf.constant(0)));
    }
    norm = tf.math.sqrt(tf.math.addN(squares));
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> factor =
        tf.math.mul(bound, tf.math.minimum(tf.math.div(one, norm), tf.math.div(one, bound)));
    for (Placeholder<TFloat32> input : inputs) {
      outputs.add(tf.math.mul(input, factor));
    }
  }

  @Override
  public void restore() {
    // Nothing is changed.
  }

  @Override
  public double norm() {
    return run(runner());
  }

  @Override
  public double clip(double maxNorm) {
    try (TFloat32 scalar = TFloat32.scalarOf((float) maxNorm)) {
      Session.Runner runner = runner().feed(bound, scalar);
      outputs.forEach(runner::fetch);
      return run(runner);
    }
  }

  private Session.Runner runner() {
    Session.Runner runner = session.runner();
    for (int i = 0; i < gradient.length; i++) {
      runner.feed(inputs.get(i), gradient[i]);
    }
    return runner.fetch(norm);
  }

  private static double run(Session.Runner runner) {
    try (Result result = runner.run()) {
      return ((TFloat32) result.get(0)).getFloat();
    }
  }

  @Override
  public void close() {
    for (TFloat32 array : gradient) {
      array.close();
    }
    session.close();
    graph.close();
  }
}
