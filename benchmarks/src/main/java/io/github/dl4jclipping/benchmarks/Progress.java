package io.github.dl4jclipping.benchmarks;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Prints which part of a run is in progress, and the estimated time left. */
final class Progress {

  private final PrintStream out;
  private final int parts;
  private final double weight;
  private final Instant start = Instant.now();
  private int part;
  private double done;

  /**
   * @param parts the number of parts
   * @param weight the sum of their estimated times, in any unit
   */
  Progress(PrintStream out, int parts, double weight) {
    this.out = out;
    this.parts = parts;
    this.weight = weight;
  }

  void begin(String name) {
    part++;
    Duration elapsed = Duration.between(start, Instant.now());
    out.printf(
        Locale.ROOT, "%3d/%d  %s  %-50s%s%n", part, parts, text(elapsed), name, left(elapsed));
  }

  void end(double partWeight) {
    done += partWeight;
  }

  private String left(Duration elapsed) {
    if (done == 0) {
      return "";
    }
    double seconds = elapsed.toSeconds() * (weight - done) / done;
    return "about " + text(Duration.ofSeconds(Math.round(seconds))) + " left";
  }

  private static String text(Duration time) {
    return String.format(Locale.ROOT, "%2d:%02d", time.toMinutes(), time.toSecondsPart());
  }
}
