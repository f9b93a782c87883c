package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.NonFinitePlaces;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginKind;
import io.github.dl4jclipping.norm.NonFiniteCount;
import java.util.ArrayList;
import java.util.List;

/** Makes origins. */
final class Origins {

  private Origins() {}

  /** Returns an origin that could not be told. */
  static Origin unknown(String... notes) {
    NonFinitePlaces none =
        new NonFinitePlaces(0, new NonFiniteCount(0, 0, 0), List.of(), List.of());
    return new Origin(OriginKind.UNKNOWN, "", none, Double.NaN, List.of(notes));
  }

  /** Returns an origin that is not a layer. */
  static Origin of(OriginKind kind, String where, NonFinitePlaces found) {
    return new Origin(kind, where, found, Double.NaN, List.of());
  }

  /** Returns an origin with more notes. */
  static Origin noting(Origin origin, List<String> more) {
    List<String> all = new ArrayList<>(origin.notes());
    all.addAll(more);
    return new Origin(origin.kind(), origin.where(), origin.found(), origin.largestInput(), all);
  }
}
