package io.github.dl4jclipping.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How exactly the promises hold in one type of numbers.
 *
 * @param bound by what part the norm may exceed the bound
 * @param norm by what part the reported norm may differ from that of DL4J's own gradient
 * @param normal the smallest magnitude that has all its digits
 */
record Precision(double bound, double norm, double normal) {

  static Precision of(DataType type) {
    return switch (type) {
      case FLOAT -> new Precision(1e-5, 1e-6, Float.MIN_NORMAL);
      case DOUBLE -> new Precision(1e-12, 1e-6, Double.MIN_NORMAL);
      case HALF -> new Precision(1e-3, 2e-3, 0x1p-14);
      default -> throw new IllegalArgumentException("nothing is promised for " + type);
    };
  }

  /** Returns a bound near the one wished for that is not made of numbers that lost digits. */
  double maxNorm(double wished) {
    return Math.max(wished, 200 * normal);
  }

  /** Asserts all that is promised of a step. */
  void assertClipped(HandedOver clipped, HandedOver whole, ClipReport report) {
    assertThat(clipped.norm()).isLessThanOrEqualTo(report.maxNorm() * (1 + bound));
    // DL4J divides every element, and rounds; small ones lose more than the rest.
    double lost = normal * bound * Math.sqrt(whole.elements().length);
    assertThat(report.norm()).isCloseTo(whole.norm(), within(norm * whole.norm() + lost));
    double coefficient = Math.min(1, report.maxNorm() / (whole.norm() + 1e-6));
    double wanted = coefficient * whole.norm();
    assertThat(clipped.norm()).isCloseTo(wanted, within(norm * wanted + lost));
    if (report.outcome() == StepOutcome.UNCHANGED) {
      assertThat(clipped.elements()).isEqualTo(whole.elements());
    } else {
      assertThat(report.outcome()).isEqualTo(StepOutcome.CLIPPED);
      // Smaller ones lost digits when they were scaled.
      HandedOver rest = clipped.only(i -> Math.abs(clipped.elements()[i]) >= normal);
      HandedOver same = whole.only(i -> Math.abs(clipped.elements()[i]) >= normal);
      assertThat(rest.cosine(same)).isGreaterThanOrEqualTo(1 - 1e-6);
    }
  }
}
