package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TextFileTest {

  @TempDir private Path folder;

  @Test
  void readsUtf8() throws Exception {
    Path file = Files.writeString(folder.resolve("text"), "Grüße, 世界 \uD83D\uDE42");

    assertThat(TextFile.read(file, 1, 1000)).isEqualTo("Grüße, 世界 \uD83D\uDE42");
  }

  @Test
  void makesLineEndsOneAndDropsTheByteOrderMark() throws Exception {
    Path file = Files.writeString(folder.resolve("text"), "\uFEFFa\r\nb\rc\nd\n\r\n");

    assertThat(TextFile.read(file, 1, 1000)).isEqualTo("a\nb\nc\nd\n\n");
  }

  @Test
  void readsNoMoreThanIsNeeded() throws Exception {
    Path file = Files.writeString(folder.resolve("text"), "abc".repeat(10_000));
    Files.write(file, new byte[] {(byte) 0xff}, StandardOpenOption.APPEND);

    assertThat(TextFile.read(file, 1, 10_000)).isEqualTo("abc".repeat(3_333) + "a");
  }

  @Test
  void countsCharactersAsPeopleDo() throws Exception {
    Path file = Files.writeString(folder.resolve("text"), "\uD83D\uDE42".repeat(5));

    assertThat(TextFile.read(file, 5, 1000)).hasSize(10);
    assertThatThrownBy(() -> TextFile.read(file, 6, 1000))
        .isInstanceOf(UnusableTextException.class)
        .hasMessageContaining("it has 5 characters");
  }

  @ParameterizedTest
  @EnumSource
  void refusesInOneLine(BadFile bad) throws Exception {
    Path file = bad.in(folder);

    assertThatThrownBy(() -> TextFile.read(file, CharacterBatches.MIN_TEXT, 100_000))
        .isInstanceOf(UnusableTextException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(bad.complaint())
        .message()
        .hasLineCount(1);
  }

  @Test
  void refusesAFileWithoutReadPermission() throws Exception {
    Path file = Files.writeString(folder.resolve("text"), "x".repeat(5000));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("-wx-wx-wx"));
    assumeThat(Files.isReadable(file)).as("an administrator reads everything").isFalse();

    assertThatThrownBy(() -> TextFile.read(file, 1, 1000))
        .isInstanceOf(UnusableTextException.class)
        .hasMessage("no permission to read " + file);
  }
}
