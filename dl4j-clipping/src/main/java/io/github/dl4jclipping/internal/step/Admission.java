package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.function.Supplier;

/** Describes what the gate decides about a gradient: how it is clipped, and how the step ends. */
sealed interface Admission {

  /**
   * Clips the gradient and returns what was done to it.
   *
   * @param maxNorm the bound of the settings
   * @param byRules clips the gradient by the rules
   * @param passedOn divides the gradient without clipping it
   */
  Clipped clip(double maxNorm, Supplier<Clipped> byRules, Supplier<Clipped> passedOn);

  /**
   * Ends the step.
   *
   * @param apply runs the updater
   * @param drop makes sure that nothing is applied
   */
  void finish(Runnable apply, Runnable drop);

  /** Returns whether the updater receives the gradient, or its remaining elements. */
  default boolean isApplied() {
    return true;
  }

  /** A finite gradient, which is clipped and applied. */
  record Finite() implements Admission {

    @Override
    public Clipped clip(double maxNorm, Supplier<Clipped> byRules, Supplier<Clipped> passedOn) {
      return byRules.get();
    }

    @Override
    public void finish(Runnable apply, Runnable drop) {
      apply.run();
    }
  }

  /** A gradient whose non-finite elements were set to 0; the rest is clipped and applied. */
  record Zeroed() implements Admission {

    @Override
    public Clipped clip(double maxNorm, Supplier<Clipped> byRules, Supplier<Clipped> passedOn) {
      return byRules.get().as(StepOutcome.ZEROED);
    }

    @Override
    public void finish(Runnable apply, Runnable drop) {
      apply.run();
    }
  }

  /** A non-finite gradient that is applied unclipped. */
  record PassedOn() implements Admission {

    @Override
    public Clipped clip(double maxNorm, Supplier<Clipped> byRules, Supplier<Clipped> passedOn) {
      return passedOn.get();
    }

    @Override
    public void finish(Runnable apply, Runnable drop) {
      apply.run();
    }
  }

  /**
   * A gradient that is not applied; training continues.
   *
   * @param outcome the outcome of the step
   */
  record Dropped(StepOutcome outcome) implements Admission {

    @Override
    public Clipped clip(double maxNorm, Supplier<Clipped> byRules, Supplier<Clipped> passedOn) {
      return new Clipped(0, 0, maxNorm, outcome);
    }

    @Override
    public void finish(Runnable apply, Runnable drop) {
      drop.run();
    }

    @Override
    public boolean isApplied() {
      return false;
    }
  }

  /**
   * A gradient that is not applied; the step throws an exception.
   *
   * @param exception the exception
   */
  record Raised(NonFiniteGradientException exception) implements Admission {

    @Override
    public Clipped clip(double maxNorm, Supplier<Clipped> byRules, Supplier<Clipped> passedOn) {
      return new Clipped(Double.NaN, Double.NaN, maxNorm, StepOutcome.RAISED);
    }

    @Override
    public void finish(Runnable apply, Runnable drop) {
      throw exception;
    }

    @Override
    public boolean isApplied() {
      return false;
    }
  }
}
