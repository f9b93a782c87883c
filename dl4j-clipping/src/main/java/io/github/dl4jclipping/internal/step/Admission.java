package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.function.Supplier;

/** What the gate decides on a gradient: what becomes of it, and how the step ends. */
sealed interface Admission {

  /**
   * Says what becomes of the gradient, and does it.
   *
   * @param maxNorm the bound of the settings
   * @param byRules clips it by the rules
   * @param passedOn divides it and leaves it as it is
   */
  Clipped clip(double maxNorm, Supplier<Clipped> byRules, Supplier<Clipped> passedOn);

  /**
   * Ends the step.
   *
   * @param apply runs the updater
   * @param drop sees to it that nothing is applied
   */
  void finish(Runnable apply, Runnable drop);

  /** Returns whether the updater gets the gradient, or what is left of it. */
  default boolean isApplied() {
    return true;
  }

  /** A finite gradient: clipped and applied. */
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

  /** A gradient whose non-finite elements are 0 by now: the rest is clipped and applied. */
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

  /** A gradient that is applied unclipped, though it is not finite. */
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
   * A gradient that is not applied; training goes on.
   *
   * @param outcome why
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
   * A gradient that is not applied, and ends training unless somebody catches the exception.
   *
   * @param exception what the step throws
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
