package io.github.dl4jclipping.samples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a text file: UTF-8, line ends made one, no more of it than is needed. */
final class TextFile {

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private TextFile() {}

  /**
   * Reads the beginning of a file.
   *
   * @param least the fewest characters that are of use
   * @param most the most characters to read
   * @throws UnusableTextException if it is not a readable file of UTF-8 text of that length
   */
  static String read(Path file, int least, int most) throws UnusableTextException {
    requireReadableFile(file);
    String text = normalise(decode(file, most));
    if (text.isEmpty()) {
      throw new UnusableTextException(file + " is empty");
    }
    if (text.indexOf('\0') >= 0) {
      throw notText(file);
    }
    int length = text.codePointCount(0, text.length());
    if (length < least) {
      throw new UnusableTextException(
          String.format(
              "%s is too short: it has %d characters, one batch needs %d", file, length, least));
    }
    return text;
  }

  private static void requireReadableFile(Path file) throws UnusableTextException {
    if (!Files.exists(file)) {
      throw new UnusableTextException("there is no file " + file);
    }
    if (Files.isDirectory(file)) {
      throw new UnusableTextException(file + " is a folder, not a text file");
    }
    if (!Files.isRegularFile(file)) {
      throw new UnusableTextException(file + " is not a regular file");
    }
    if (!Files.isReadable(file)) {
      throw new UnusableTextException("no permission to read " + file);
    }
  }

  private static String decode(Path file, int most) throws UnusableTextException {
    try (Reader reader = Files.newBufferedReader(file, UTF_8)) {
      StringBuilder text = new StringBuilder();
      char[] part = new char[8192];
      while (text.length() < most) {
        int count = reader.read(part, 0, Math.min(part.length, most - text.length()));
        if (count < 0) {
          break;
        }
        text.append(part, 0, count);
      }
      return text.toString();
    } catch (CharacterCodingException e) {
      throw notText(file);
    } catch (IOException e) {
      throw new UnusableTextException("cannot read " + file + ": " + e.getMessage());
    }
  }

  private static String normalise(String text) {
    String unmarked =
        !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    return unmarked.replace("\r\n", "\n").replace('\r', '\n');
  }

  private static UnusableTextException notText(Path file) {
    return new UnusableTextException(file + " is not UTF-8 text");
  }
}
