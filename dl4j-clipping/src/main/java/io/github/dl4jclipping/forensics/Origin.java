package io.github.dl4jclipping.forensics;

import java.io.Serializable;
import java.util.List;

/**
 * Says where the first non-finite value of a step was found.
 *
 * @param kind what held it
 * @param where its name: {@code features}, or {@code features[1]} of several; {@code labels};
 *     {@code features mask}; the first parameter, such as {@code 0_W}; the layer, such as {@code
 *     2}, or the vertex; empty where it is unknown
 * @param found what is not finite there
 * @param largestInput the largest finite magnitude that went into the layer, or that an array of
 *     the batch had before DL4J cast it to a data type that cannot hold it; NaN otherwise
 * @param notes how it was found where that matters, and what could not be told, for a person
 */
public record Origin(
    OriginKind kind, String where, NonFinitePlaces found, double largestInput, List<String> notes)
    implements Serializable {

  /** Copies the notes. */
  public Origin {
    notes = List.copyOf(notes);
  }

  /** Returns an origin that could not be told. */
  static Origin unknown() {
    return new Origin(OriginKind.UNKNOWN, "", NonFinitePlaces.NONE, Double.NaN, List.of());
  }

  /** Returns whether an array of the batch is finite until DL4J casts it. */
  boolean isOfCast() {
    boolean ofBatch =
        kind == OriginKind.FEATURES || kind == OriginKind.LABELS || kind == OriginKind.MASKS;
    return ofBatch && !Double.isNaN(largestInput);
  }
}
