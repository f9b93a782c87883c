package io.github.dl4jclipping.benchmarks.peer;

import java.util.Arrays;
import java.util.List;

/** The JVMs that peers run in: each has a class path of its own. */
public enum Engine {
  /** This library, DL4J, ND4J, and the PyTorch that shares ND4J's JavaCPP. */
  ND4J("nd4j"),
  PYTORCH("pytorch"),
  DJL("djl"),
  TENSORFLOW("tensorflow");

  private final String folder;

  Engine(String folder) {
    this.folder = folder;
  }

  /** Returns the folder below {@code target/peers} that has its jars; ND4J's are the module's. */
  public String folder() {
    return folder;
  }

  /** Returns who is measured there. */
  public List<Contender> contenders() {
    return Arrays.stream(Contender.values()).filter(c -> c.runsIn(this)).toList();
  }
}
