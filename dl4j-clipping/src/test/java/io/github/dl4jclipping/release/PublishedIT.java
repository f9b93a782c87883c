package io.github.dl4jclipping.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the profile {@code release} builds is what Maven Central takes and users expect. */
class PublishedIT {

  private static final Path MODULE = Path.of(System.getProperty("basedir", "."));
  private static final Path TARGET = MODULE.resolve("target");

  private static PublishedPom pom;

  @BeforeAll
  static void read() throws Exception {
    pom = new PublishedPom(TARGET.resolve("published").resolve("pom.xml"));
  }

  private static Path file(String ending) {
    return TARGET.resolve("dl4j-clipping-" + pom.text("/project/version") + ending);
  }

  private static List<? extends ZipEntry> entries(String ending) throws IOException {
    try (ZipFile jar = new ZipFile(file(ending).toFile())) {
      return jar.stream().filter(entry -> !entry.isDirectory()).toList();
    }
  }

  private static List<String> names(String ending) throws IOException {
    return entries(ending).stream().map(ZipEntry::getName).toList();
  }

  private static byte[] content(String ending, String name) throws IOException {
    try (ZipFile jar = new ZipFile(file(ending).toFile())) {
      return jar.getInputStream(jar.getEntry(name)).readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "groupId",
        "artifactId",
        "version",
        "name",
        "description",
        "url",
        "licenses/license/name",
        "licenses/license/url",
        "developers/developer/name",
        "developers/developer/url",
        "scm/connection",
        "scm/developerConnection",
        "scm/url",
      })
  void pomSaysWhatMavenCentralAsksFor(String element) {
    assertThat(pom.text("/project/" + element)).isNotEmpty().doesNotContain("${");
  }

  @Test
  void pomNeedsNoOther() {
    assertThat(pom.names("/project/*"))
        .doesNotContain("parent", "modules", "profiles", "repositories", "dependencyManagement");
  }

  @Test
  void pomBringsWhatUsersNeedAlone() {
    assertThat(pom.dependencies())
        .containsExactlyInAnyOrder(
            "org.deeplearning4j:deeplearning4j-nn compile",
            "org.slf4j:slf4j-api compile",
            "com.datadoghq:sketches-java compile",
            "org.apache.commons:commons-csv compile optional",
            "io.micrometer:micrometer-core compile optional",
            "org.bytedeco:openblas provided",
            "org.webjars.npm:uplot provided",
            "org.jspecify:jspecify provided");
    assertThat(pom.texts("/project/dependencies/dependency/version"))
        .hasSameSizeAs(pom.dependencies())
        .allSatisfy(version -> assertThat(version).doesNotContain("${", "SNAPSHOT"));
  }

  @Test
  void jarHoldsThePom() throws IOException {
    assertThat(content(".jar", "META-INF/maven/io.github.dl4jclipping/dl4j-clipping/pom.xml"))
        .isEqualTo(Files.readAllBytes(TARGET.resolve("published").resolve("pom.xml")));
  }

  @Test
  void jarHoldsTheLicense() throws IOException {
    byte[] license = Files.readAllBytes(MODULE.resolve("..").resolve("LICENSE"));

    assertThat(names(".jar"))
        .contains("META-INF/LICENSE", "io/github/dl4jclipping/report/html/uplot/LICENSE");
    assertThat(content(".jar", "META-INF/LICENSE")).isEqualTo(license);
  }

  @Test
  void jarHoldsNothingOfTheTests() throws IOException {
    assertThat(TARGET.resolve("test-classes")).isNotEmptyDirectory();
    assertThat(names(".jar"))
        .contains("io/github/dl4jclipping/GradientClipping.class")
        .allSatisfy(
            name -> {
              assertThat(name).matches("(io/github/dl4jclipping|META-INF)/.*");
              assertThat(TARGET.resolve("test-classes").resolve(name)).doesNotExist();
            });
  }

  @Test
  void jarIsTheModule() {
    assertThat(ModuleFinder.of(file(".jar")).findAll())
        .extracting(ModuleReference::descriptor)
        .singleElement()
        .satisfies(
            module -> {
              assertThat(module.name()).isEqualTo("io.github.dl4jclipping");
              assertThat(module.isAutomatic()).isTrue();
            });
  }

  @Test
  void sourcesAreThoseOfEveryClass() throws IOException {
    List<String> files =
        names(".jar").stream()
            .filter(name -> name.endsWith(".class"))
            .map(name -> name.replaceFirst("(\\$.*)?\\.class$", ".java"))
            .toList();

    assertThat(names("-sources.jar")).containsAll(files).contains("META-INF/LICENSE");
  }

  @Test
  void javadocTellsWhatUsersTouch() throws IOException {
    assertThat(names("-javadoc.jar"))
        .contains("index.html", "io/github/dl4jclipping/GradientClipping.html");
  }

  /** The time of the build would make other bytes of the same sources. */
  @ParameterizedTest
  @ValueSource(strings = {".jar", "-sources.jar", "-javadoc.jar"})
  void entriesHaveOneTime(String ending) throws IOException {
    assertThat(entries(ending).stream().map(ZipEntry::getTimeLocal).distinct()).hasSize(1);
  }
}
