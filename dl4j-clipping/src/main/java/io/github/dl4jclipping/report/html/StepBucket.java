package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.UpdateRatios;

/** What the charts show of some successive steps: extremes and counts. */
final class StepBucket implements Buckets.Bucket<StepBucket> {

  final Range norm = new Range();
  final Range clippedNorm = new Range();
  final Range coefficient = new Range();
  final Range maxNorm = new Range();
  final Range score = new Range();
  final Range lossScale = new Range();

  /** Of all parameters. */
  final Range updateRatio = new Range();

  private int firstIteration;
  private int lastIteration;
  private int epoch;
  private int steps;
  private int clipped;
  private int nonFinite;

  @Override
  public void add(ClipReport report) {
    if (steps == 0) {
      firstIteration = report.iteration();
      epoch = report.epoch();
    }
    lastIteration = report.iteration();
    steps++;
    clipped += report.isClipped() ? 1 : 0;
    nonFinite += report.isNonFinite() ? 1 : 0;
    norm.add(report.norm());
    clippedNorm.add(report.clippedNorm());
    coefficient.add(report.coefficient());
    maxNorm.add(report.maxNorm());
    score.add(report.score());
    if (report.lossScale() != null) {
      lossScale.add(report.lossScale().scale());
    }
  }

  void add(UpdateRatios ratios) {
    ratios.byParameter().values().forEach(updateRatio::add);
  }

  @Override
  public void merge(StepBucket next) {
    lastIteration = next.lastIteration;
    steps += next.steps;
    clipped += next.clipped;
    nonFinite += next.nonFinite;
    norm.merge(next.norm);
    clippedNorm.merge(next.clippedNorm);
    coefficient.merge(next.coefficient);
    maxNorm.merge(next.maxNorm);
    score.merge(next.score);
    lossScale.merge(next.lossScale);
    updateRatio.merge(next.updateRatio);
  }

  int firstIteration() {
    return firstIteration;
  }

  int lastIteration() {
    return lastIteration;
  }

  /** Returns the epoch of the first step. */
  int epoch() {
    return epoch;
  }

  int steps() {
    return steps;
  }

  int clipped() {
    return clipped;
  }

  int nonFinite() {
    return nonFinite;
  }
}
