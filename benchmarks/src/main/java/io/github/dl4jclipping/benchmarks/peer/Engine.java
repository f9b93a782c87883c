package io.github.dl4jclipping.benchmarks.peer;

import java.util.Arrays;
import java.util.List;

/** Lists the kinds of JVMs that run contenders; each has its own class path. */
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

  /**
   * Returns the directory below {@code target/peers} with the engine's jars; ND4J uses the module's
   * jars.
   */
  public String folder() {
    return folder;
  }

  /** Returns the contenders that this engine runs. */
  public List<Contender> contenders() {
    return Arrays.stream(Contender.values()).filter(c -> c.runsIn(this)).toList();
  }
}
