package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.NonFinitePlaces;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginKind;
import io.github.dl4jclipping.norm.NonFiniteCount;
import java.util.ArrayList;
import java.util.List;

/** Creates origins. */
final class Origins {

  private Origins() {}

  /** Returns an unknown origin. */
  static Origin unknown(String... notes) {
    NonFinitePlaces none =
        new NonFinitePlaces(0, new NonFiniteCount(0, 0, 0), List.of(), List.of());
    return new Origin(OriginKind.UNKNOWN, "", none, Double.NaN, List.of(notes));
  }

  /** Returns an origin without notes and without a largest input. */
  static Origin of(OriginKind kind, String where, NonFinitePlaces found) {
    return new Origin(kind, where, found, Double.NaN, List.of());
  }

  /** Returns an origin with additional notes. */
  static Origin noting(Origin origin, List<String> more) {
    List<String> all = new ArrayList<>(origin.notes());
    all.addAll(more);
    return new Origin(origin.kind(), origin.where(), origin.found(), origin.largestInput(), all);
  }
}
