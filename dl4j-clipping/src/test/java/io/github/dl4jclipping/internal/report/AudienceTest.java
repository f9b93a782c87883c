package io.github.dl4jclipping.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.Adam;

/** Observers: told of everything, unable to do harm. */
class AudienceTest {

  static final ClipReport REPORT =
      new ClipReport(3, 1, 0.5, 2, 1, 0.5, 1, StepOutcome.CLIPPED, Map.of(), "main");

  @ParameterizedTest
  @ValueSource(strings = {"exception", "out of memory", "stack overflow"})
  void observerThatThrowsIsLoggedOnceAndDropped(String kind) {
    AtomicInteger calls = new AtomicInteger();
    ClipObserver failing =
        report -> {
          calls.incrementAndGet();
          switch (kind) {
            case "exception" -> throw new IllegalStateException("observer");
            case "out of memory" -> throw new OutOfMemoryError("observer");
            default -> throw new StackOverflowError("observer");
          }
        };
    List<ClipReport> others = new ArrayList<>();
    MultiLayerNetwork stock = Networks.dense(Networks.conf(new Adam(1e-2)));
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    network.addListeners(
        new GradientClippingListener(GradientClipping.byGlobalNorm(1e9))
            .observe(failing)
            .observe(others::add));
    try (LogCapture log = new LogCapture(Level.WARN)) {
      for (int i = 0; i < 3; i++) {
        network.fit(Networks.batch(7, i));
        stock.fit(Networks.batch(7, i));
      }
      assertThat(log.at(Level.WARN)).hasSize(1);
      assertThat(log.at(Level.WARN).get(0)).contains("AudienceTest").contains("Training continues");
    }
    assertThat(calls).hasValue(1);
    assertThat(others).hasSize(3);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @SuppressWarnings("serial") // the lambda never leaves this test
  void observerIsNeverCalledConcurrently(boolean throughTwoListeners) throws InterruptedException {
    Audience first = new Audience();
    Audience second = throughTwoListeners ? new Audience() : first;
    AtomicInteger inside = new AtomicInteger();
    List<Integer> together = Collections.synchronizedList(new ArrayList<>());
    List<Thread> others = new ArrayList<>();
    ClipObserver observer =
        report -> {
          together.add(inside.incrementAndGet());
          if (others.isEmpty()) {
            Thread other = new Thread(() -> second.tell(each -> each.onStep(REPORT)));
            others.add(other);
            other.start();
            // Until it is held up, or is in here as well.
            while (other.getState() != Thread.State.BLOCKED && inside.get() == 1) {
              Thread.onSpinWait();
            }
          }
          inside.decrementAndGet();
        };
    first.add(observer);
    second.add(observer);

    first.tell(each -> each.onStep(REPORT));

    others.get(0).join();
    assertThat(together).containsExactly(1, 1);
  }

  @Test
  void observerMayAddAnotherWhileItIsTold() {
    Audience audience = new Audience();
    List<ClipReport> late = new ArrayList<>();
    ClipObserver second = late::add;
    audience.add(report -> audience.add(second));
    audience.tell(observer -> observer.onStep(REPORT));
    audience.tell(observer -> observer.onStep(REPORT));
    assertThat(late).containsExactly(REPORT);
  }

  @Test
  void sameObserverIsToldOnce() {
    Audience audience = new Audience();
    List<ClipReport> seen = new ArrayList<>();
    ClipObserver observer = seen::add;
    audience.add(observer);
    audience.add(observer);
    audience.tell(each -> each.onStep(REPORT));
    assertThat(seen).hasSize(1);
  }

  @Test
  void lineIsDueAtMultiples() {
    Audience audience = new Audience();
    assertThat(audience.wantsLine(0)).isTrue();
    assertThat(audience.wantsLine(99)).isFalse();
    assertThat(audience.wantsLine(100)).isTrue();
    audience.logEvery(7);
    assertThat(audience.wantsLine(14)).isTrue();
    assertThat(audience.wantsLine(100)).isFalse();
    audience.logEvery(0);
    assertThat(audience.wantsLine(0)).isFalse();
  }

  @Test
  void negativePeriodIsRefused() {
    assertThatThrownBy(() -> new Audience().logEvery(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logEvery must be >= 0, but was -1");
  }

  @Test
  @SuppressWarnings("NullAway") // the point of the test
  void nullObserverIsRefused() {
    assertThatThrownBy(() -> new Audience().add(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("observer must not be null");
  }
}
