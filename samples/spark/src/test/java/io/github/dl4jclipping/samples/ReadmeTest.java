package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Java of the README and of the pages of docs compiles as it stands, given the imports of DL4J
 * that its readers know.
 */
class ReadmeTest {

  private static final Path ROOT = root();

  private static final Path README = ROOT.resolve("README.md");

  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  private static final String KNOWN =
      """
      import io.micrometer.core.instrument.MeterRegistry;
      import java.io.File;
      import java.nio.file.Path;
      import org.apache.spark.api.java.JavaRDD;
      import org.apache.spark.api.java.JavaSparkContext;
      import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
      import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
      import org.deeplearning4j.nn.conf.layers.DenseLayer;
      import org.deeplearning4j.nn.conf.layers.OutputLayer;
      import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
      import org.deeplearning4j.util.ModelSerializer;
      import org.nd4j.linalg.activations.Activation;
      import org.nd4j.linalg.api.ndarray.INDArray;
      import org.nd4j.linalg.dataset.DataSet;
      import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
      import org.nd4j.linalg.learning.config.Adam;
      import io.github.dl4jclipping.*;
      """;

  /** Returns the folder above this module that holds the whole repository. */
  private static Path root() {
    Path module = Path.of(System.getProperty("basedir", ".")).toAbsolutePath();
    return Stream.iterate(module, Path::getParent)
        .filter(folder -> Files.exists(folder.resolve(".ci")))
        .findFirst()
        .orElseThrow();
  }

  static Stream<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> pages = docs.filter(page -> page.toString().endsWith(".md")).sorted().toList();
      return Stream.concat(Stream.of(README), pages.stream());
    }
  }

  static Stream<Named<String>> snippets() throws IOException {
    return pages().flatMap(ReadmeTest::snippetsOf);
  }

  private static Stream<Named<String>> snippetsOf(Path page) {
    String text;
    try {
      text = Files.readString(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return JAVA.matcher(text)
        .results()
        .map(match -> Named.of(page.getFileName() + ":" + line(text, match), match.group(1)));
  }

  private static long line(String text, MatchResult match) {
    return text.substring(0, match.start()).lines().count() + 1;
  }

  @Test
  void hasSnippets() throws IOException {
    assertThat(snippets()).hasSizeGreaterThanOrEqualTo(25);
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void compiles(String snippet, @TempDir Path classes) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-d", classes.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
    compiler.getTask(null, null, found, options, null, List.of(source(snippet))).call();
    assertThat(found.getDiagnostics())
        .filteredOn(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
        .isEmpty();
  }

  @Test
  void installsWithinTheFirstFortyLines() throws IOException {
    String top = Files.readAllLines(README).stream().limit(40).collect(Collectors.joining("\n"));
    assertThat(top).contains("<artifactId>dl4j-clipping</artifactId>", "GradientClippingListener(");
  }

  @Test
  void isShort() throws IOException {
    assertThat(Files.readAllLines(README)).hasSizeLessThanOrEqualTo(200);
  }

  private static JavaFileObject source(String snippet) {
    String imports =
        snippet
            .lines()
            .filter(line -> line.startsWith("import "))
            .collect(Collectors.joining("\n"));
    String statements = snippet.replaceAll("(?m)^import .*$", "");
    String code =
        KNOWN
            + imports
            + "\nclass Snippet {\n"
            + "  void run(MultiLayerNetwork network, DataSetIterator iterator, File file,\n"
            + "      DataSetIterator validation, INDArray features,\n"
            + "      INDArray weightGradient, INDArray biasGradient,\n"
            + "      JavaSparkContext context, JavaRDD<DataSet> data,\n"
            + "      MeterRegistry registry) throws Exception {\n"
            + statements
            + "  }\n}\n";
    return new SimpleJavaFileObject(
        URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return code;
      }
    };
  }
}
