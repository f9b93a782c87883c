package io.github.dl4jclipping.benchmarks.peer;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Lists everything that is measured: this library, its peers, and loops that show the limits of the
 * machine.
 */
public enum Contender {
  LIBRARY("dl4j-clipping", Role.LIBRARY, EnumSet.of(Engine.ND4J), () -> new Library()),
  ND4J_NORM(
      "ND4J `norm2Number` + `muli`", Role.PEER, EnumSet.of(Engine.ND4J), () -> new Nd4jNorm()),
  ND4J_OP("ND4J `clip_by_global_norm`", Role.PEER, EnumSet.of(Engine.ND4J), () -> new Nd4jOp()),
  CLIP_L2_PER_LAYER(
      "DL4J `ClipL2PerLayer`", Role.PEER, EnumSet.of(Engine.ND4J), () -> new ClipL2PerLayer()),
  PYTORCH_1_10("PyTorch 1.10.2", Role.PEER, EnumSet.of(Engine.ND4J), () -> new PyTorch(false)),
  PYTORCH_2_7("PyTorch 2.7.1", Role.PEER, EnumSet.of(Engine.PYTORCH), () -> new PyTorch(true)),
  DJL("DJL 0.36.0 `norm` + `muli`", Role.PEER, EnumSet.of(Engine.DJL), () -> new Djl()),
  TENSORFLOW(
      "TensorFlow Java 1.0.0", Role.PEER, EnumSet.of(Engine.TENSORFLOW), () -> new TensorFlow()),
  READ_1("read loop, 1 thread", Role.LIMIT, EnumSet.allOf(Engine.class), () -> new ReadLoop(1)),
  READ_2("read loop, 2 threads", Role.LIMIT, EnumSet.of(Engine.ND4J), () -> new ReadLoop(2)),
  BLAS("BLAS `dot`, `scal`", Role.LIMIT, EnumSet.of(Engine.ND4J), () -> new Blas());

  /** Defines why a contender is measured. */
  public enum Role {
    LIBRARY,
    PEER,
    LIMIT
  }

  private final String title;
  private final Role role;
  private final Set<Engine> engines;
  private final Supplier<Peer> supplier;

  Contender(String title, Role role, Set<Engine> engines, Supplier<Peer> supplier) {
    this.title = title;
    this.role = role;
    this.engines = engines;
    this.supplier = supplier;
  }

  /** Returns the name in tables. */
  public String title() {
    return title;
  }

  public Role role() {
    return role;
  }

  boolean runsIn(Engine engine) {
    return engines.contains(engine);
  }

  /** Creates the contender; works only in a JVM that has its classes. */
  public Peer create() {
    return supplier.get();
  }
}
