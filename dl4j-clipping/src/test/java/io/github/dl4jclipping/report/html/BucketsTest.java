package io.github.dl4jclipping.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BucketsTest {

  @Property
  void holdEachStepOnceAndInOrder(
      @ForAll @IntRange(min = 1, max = 40) int capacity, @ForAll @IntRange(max = 3000) int steps) {
    Buckets<StepBucket> buckets = new Buckets<>(capacity, StepBucket::new);
    add(buckets, 0, steps);
    check(buckets, capacity, steps);
    assertThat(buckets.width()).isEqualTo(steps <= capacity ? 1 : widthFor(capacity, steps));
  }

  @Property
  void makeDoWithFewer(
      @ForAll @IntRange(min = 1, max = 40) int capacity,
      @ForAll @IntRange(min = 1, max = 40) int fewer,
      @ForAll @IntRange(max = 500) int before,
      @ForAll @IntRange(max = 500) int after) {
    Buckets<StepBucket> buckets = new Buckets<>(capacity, StepBucket::new);
    add(buckets, 0, before);
    buckets.shrinkTo(fewer);
    check(buckets, Math.min(capacity, fewer), before);
    add(buckets, before, after);
    check(buckets, Math.min(capacity, fewer), before + after);
  }

  private static void add(Buckets<StepBucket> buckets, int from, int steps) {
    IntStream.range(from, from + steps).forEach(i -> buckets.add(Runs.step(i, i, 5, -i)));
  }

  private static void check(Buckets<StepBucket> buckets, int capacity, int steps) {
    List<StepBucket> all = buckets.all();
    assertThat(all).hasSizeLessThanOrEqualTo(capacity);
    int next = 0;
    for (StepBucket bucket : all) {
      boolean isLast = bucket == all.get(all.size() - 1);
      assertThat(bucket.firstIteration()).isEqualTo(next);
      assertThat(bucket.steps()).isBetween(isLast ? 1 : buckets.width(), buckets.width());
      next += bucket.steps();
      assertThat(bucket.lastIteration()).isEqualTo(next - 1);
      assertThat(bucket.norm.min()).isEqualTo(bucket.firstIteration());
      assertThat(bucket.norm.max()).isEqualTo(next - 1);
      assertThat(bucket.score.min()).isEqualTo(-(next - 1));
      assertThat(bucket.clipped())
          .isEqualTo(
              (int) IntStream.range(bucket.firstIteration(), next).filter(i -> i > 5).count());
    }
    assertThat(next).isEqualTo(steps);
  }

  private static int widthFor(int capacity, int steps) {
    int width = 1;
    while ((long) width * capacity < steps) {
      width *= 2;
    }
    return width;
  }
}
