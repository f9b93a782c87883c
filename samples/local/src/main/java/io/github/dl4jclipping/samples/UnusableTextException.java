package io.github.dl4jclipping.samples;

/** Thrown when a file is no text to learn from; the message is one line for its owner. */
final class UnusableTextException extends Exception {

  private static final long serialVersionUID = 1L;

  UnusableTextException(String message) {
    super(message);
  }
}
