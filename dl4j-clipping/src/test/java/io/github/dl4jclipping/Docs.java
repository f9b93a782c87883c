package io.github.dl4jclipping;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The pages of this repository. */
final class Docs {

  static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..").normalize();

  private Docs() {}

  /** Returns the pages of docs. */
  static List<Path> pages() {
    return files(ROOT.resolve("docs"), ".md");
  }

  /** Returns the files of a folder and of those in it. */
  static List<Path> files(Path folder, String ending) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
