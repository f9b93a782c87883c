package io.github.dl4jclipping.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The peers of ND4J's JVM do what their times are taken for. */
class PeersTest {

  private static final Workload WORKLOAD = Workload.of(8, 1000);

  static Stream<Contender> contenders() {
    return Engine.ND4J.contenders().stream().filter(c -> c.role() != Contender.Role.LIMIT);
  }

  static Stream<Contender> measurers() {
    return contenders().filter(c -> c.create().supports(WORKLOAD, Operation.NORM));
  }

  @ParameterizedTest
  @MethodSource("measurers")
  void norm(Contender contender) {
    try (Peer peer = contender.create()) {
      peer.prepare(WORKLOAD);
      double exact = WORKLOAD.exactNorm();
      assertThat(peer.norm()).isCloseTo(exact, within(exact * 1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("contenders")
  void keepsOrClipsAndIsRestored(Contender contender) {
    try (Peer peer = contender.create()) {
      peer.prepare(WORKLOAD);
      double drawn = norm(peer);
      peer.clip(WORKLOAD.maxNorm(Operation.KEEP));
      assertThat(norm(peer)).isEqualTo(drawn);
      peer.clip(WORKLOAD.maxNorm(Operation.CLIP));
      // ClipL2PerLayer brings each of the eight to 1.
      double clipped = peer instanceof ClipL2PerLayer ? Math.sqrt(8) : 1;
      assertThat(norm(peer)).isCloseTo(clipped, within(1e-3));
      peer.restore();
      assertThat(norm(peer)).isEqualTo(drawn);
    }
  }

  private static double norm(Peer peer) {
    if (peer instanceof Nd4jPeer nd4j) {
      Nd4jNorm norm = new Nd4jNorm();
      norm.workload = nd4j.workload;
      norm.gradient = nd4j.gradient;
      return norm.norm();
    }
    return peer.norm();
  }
}
