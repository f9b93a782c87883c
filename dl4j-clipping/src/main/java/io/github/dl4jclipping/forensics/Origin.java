package io.github.dl4jclipping.forensics;

import java.io.Serializable;
import java.util.List;

/**
 * Describes where the first non-finite value of a step was found.
 *
 * @param kind what held the value
 * @param where the name of what held it: {@code features}, or {@code features[1]} if there are
 *     several; {@code labels}; {@code features mask}; the first non-finite parameter, such as
 *     {@code 0_W}; the layer, such as {@code 2}, or the vertex; empty if the origin is unknown
 * @param found the non-finite elements there
 * @param largestInput for a layer, the largest magnitude of its input; for an array of the batch
 *     that DL4J cast to a data type that cannot hold it, the largest magnitude before the cast;
 *     otherwise NaN
 * @param notes how the origin was found, if that matters, and what could not be determined, as text
 *     for people
 */
public record Origin(
    OriginKind kind, String where, NonFinitePlaces found, double largestInput, List<String> notes)
    implements Serializable {

  /** Copies the notes. */
  public Origin {
    notes = List.copyOf(notes);
  }

  /** Returns an unknown origin. */
  static Origin unknown() {
    return new Origin(OriginKind.UNKNOWN, "", NonFinitePlaces.NONE, Double.NaN, List.of());
  }

  /** Returns whether the origin is an array of the batch that is finite until DL4J casts it. */
  boolean isOfCast() {
    boolean ofBatch =
        kind == OriginKind.FEATURES || kind == OriginKind.LABELS || kind == OriginKind.MASKS;
    return ofBatch && !Double.isNaN(largestInput);
  }
}
