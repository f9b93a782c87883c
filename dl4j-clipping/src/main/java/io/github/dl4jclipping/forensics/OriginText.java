package io.github.dl4jclipping.forensics;

import io.github.dl4jclipping.norm.NonFiniteCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes an origin as text for people. */
final class OriginText {

  private OriginText() {}

  static String verdict(Origin origin) {
    return switch (origin.kind()) {
      case FEATURES, LABELS, MASKS -> batch(origin);
      case PARAMETERS ->
          "parameter "
              + origin.where()
              + " held "
              + counts(origin.found())
              + " of "
              + origin.found().elements()
              + " elements before this step";
      case ACTIVATIONS -> activations(origin);
      case LOSS ->
          "the loss of layer "
              + origin.where()
              + " is not finite"
              + in("example", origin.found().rows())
              + ", although its input and labels are finite";
      case BACKWARD ->
          "everything up to the loss is finite; the backward pass broke at layer "
              + origin.where()
              + ", whose gradient has "
              + counts(origin.found());
      case LOSS_SCALE ->
          "everything up to the loss is finite, and so is the backward pass without the loss scale;"
              + " with it the backward pass broke at layer "
              + origin.where()
              + ", whose gradient has "
              + counts(origin.found());
      case UNKNOWN -> "";
    };
  }

  private static String batch(Origin origin) {
    NonFinitePlaces found = origin.found();
    String holder = "the " + origin.where();
    if (found.columns().size() == 1) {
      holder = "column " + found.columns().get(0) + " of " + holder;
    }
    String columns = found.columns().size() > 1 ? in("column", found.columns()) : "";
    boolean plural = found.columns().size() != 1 && origin.kind() != OriginKind.MASKS;
    String places = counts(found) + columns + in("row", found.rows());
    return holder
        + (plural ? " have " : " has ")
        + places
        + (origin.isOfCast()
            ? " after a cast to a data type that is too small; the largest magnitude before"
                + " the cast is "
                + number(origin.largestInput())
            : "");
  }

  private static String activations(Origin origin) {
    if (Double.isNaN(origin.largestInput())) {
      return "the state that layer "
          + origin.where()
          + " carried over from the segment before has "
          + counts(origin.found());
    }
    return "the output of layer "
        + origin.where()
        + " has "
        + counts(origin.found())
        + " although its input is finite; the largest magnitude of the input is "
        + number(origin.largestInput());
  }

  private static String counts(NonFinitePlaces found) {
    NonFiniteCount count = found.count();
    List<String> parts = new ArrayList<>();
    addIfAny(parts, count.nan(), "NaN");
    addIfAny(parts, count.positiveInfinity(), "+Inf");
    addIfAny(parts, count.negativeInfinity(), "-Inf");
    return String.join(", ", parts);
  }

  private static void addIfAny(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(count + " " + what);
    }
  }

  /** Returns " in rows 17 and 40", or an empty string if there are no indices. */
  private static String in(String what, List<Long> indices) {
    if (indices.isEmpty()) {
      return "";
    }
    if (indices.size() == 1) {
      return " in " + what + " " + indices.get(0);
    }
    int last = indices.size() - 1;
    String first =
        indices.subList(0, last).stream().map(String::valueOf).collect(Collectors.joining(", "));
    boolean cut = indices.size() == NonFinitePlaces.MAX;
    return (cut ? " in " + what + "s including " : " in " + what + "s ")
        + first
        + " and "
        + indices.get(last);
  }

  /** Returns a number with three significant digits. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
