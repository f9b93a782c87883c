package io.github.dl4jclipping.samples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Files that are no text to learn from. */
enum BadFile {
  MISSING("there is no file"),
  FOLDER("is a folder"),
  EMPTY("is empty"),
  TOO_SHORT("is too short: it has 1600 characters, one batch needs 1601"),
  TOO_SHORT_ONCE_NORMALISED("is too short: it has 900 characters"),
  ZEROS("is not UTF-8 text"),
  NOT_UTF_8("is not UTF-8 text"),
  CUT_INSIDE_A_CHARACTER("is not UTF-8 text"),
  OTHER_UNICODE("is not UTF-8 text");

  private final String complaint;

  BadFile(String complaint) {
    this.complaint = complaint;
  }

  /** Returns what its owner is told. */
  String complaint() {
    return complaint;
  }

  /** Makes the file. */
  Path in(Path folder) throws IOException {
    Path file = folder.resolve(name());
    return switch (this) {
      case MISSING -> file;
      case FOLDER -> Files.createDirectory(file);
      case EMPTY -> Files.createFile(file);
      case TOO_SHORT -> Files.writeString(file, "x".repeat(1600));
      case TOO_SHORT_ONCE_NORMALISED -> Files.writeString(file, "\r\n".repeat(900));
      case ZEROS -> Files.write(file, new byte[4096]);
      case NOT_UTF_8 -> Files.write(file, "Grüße ".repeat(500).getBytes(ISO_8859_1));
      case CUT_INSIDE_A_CHARACTER -> Files.write(file, cut("x".repeat(1700) + "ü"));
      case OTHER_UNICODE -> Files.write(file, "Grüße ".repeat(500).getBytes(UTF_16));
    };
  }

  private static byte[] cut(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return Arrays.copyOf(bytes, bytes.length - 1);
  }
}
