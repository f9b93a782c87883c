package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** The workspace of DL4J's passes, as docs/dl4j-notes.md states it. */
class WorkspacesTest {

  private static final String PASS = "WS_ALL_LAYERS_ACT";

  private final Map<String, Boolean> open = new LinkedHashMap<>();
  private final Map<String, Boolean> current = new LinkedHashMap<>();
  private final List<Long> generations = new ArrayList<>();

  @AfterEach
  void leaveNoneOpen() {
    Nd4j.getMemoryManager().setCurrentWorkspace(null);
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
  }

  private static boolean isOpen() {
    return Nd4j.getWorkspaceManager().checkIfWorkspaceExistsAndActive(PASS);
  }

  private static MemoryWorkspace workspace() {
    return Nd4j.getWorkspaceManager().getWorkspaceForCurrentThread(PASS);
  }

  private Calls looking(boolean fails) {
    return new Calls(
        (name, model) -> {
          open.put(name, isOpen());
          current.put(name, Nd4j.getMemoryManager().getCurrentWorkspace() != null);
          if (name.equals("onForwardPass")) {
            generations.add(workspace().getGenerationId());
            if (fails) {
              throw new IllegalStateException("failed");
            }
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void oneWorkspaceIsOpenForOnePass(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    network.addListeners(looking(false));
    OwnUpdater.putInto(
        network,
        (gradient, iteration, batch) -> {
          open.put("update", isOpen());
          return true;
        });

    Kind.fit(network, 1, 2);

    assertThat(open)
        .containsOnly(
            Map.entry("onForwardPass", true),
            Map.entry("onBackwardPass", true),
            Map.entry("onGradientCalculation", false),
            Map.entry("update", false),
            Map.entry("iterationDone", false));
    assertThat(generations).hasSize(2).doesNotHaveDuplicates();
  }

  /** What a listener of layers creates there lies in the workspace, unless it leaves it. */
  @ParameterizedTest
  @EnumSource
  void onlyOnForwardPassOfLayersRunsInIt(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    network.addListeners(looking(false));

    Kind.fit(network, 1);

    assertThat(current)
        .containsOnly(
            Map.entry("onForwardPass", kind == Kind.LAYERS),
            Map.entry("onBackwardPass", false),
            Map.entry("onGradientCalculation", false),
            Map.entry("iterationDone", false));
  }

  @ParameterizedTest
  @EnumSource
  void aPassThatFailsClosesItAndTheNextOneHasAnotherGeneration(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    network.setListeners(looking(true));

    assertThatIllegalStateException().isThrownBy(() -> Kind.fit(network, 1));
    assertThat(workspace().isScopeActive()).isFalse();
    assertThatIllegalStateException().isThrownBy(() -> Kind.fit(network, 2));

    assertThat(workspace().isScopeActive()).isFalse();
    assertThat(generations).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void withoutWorkspacesThereIsNone() {
    Model network =
        Networks.init(
            Networks.plainConf(
                Networks.conf(new Sgd(0.1)).trainingWorkspaceMode(WorkspaceMode.NONE)));
    network.addListeners(new Calls((name, model) -> open.put(name, isOpen())));

    Kind.fit(network, 1);

    assertThat(open).isNotEmpty().doesNotContainValue(true);
  }

  @Test
  void aGraphWithoutInferenceWorkspaceLeavesItCurrent() {
    ComputationGraph graph =
        Networks.init(
            Networks.plainGraphConf(
                Networks.conf(new Sgd(0.1)).inferenceWorkspaceMode(WorkspaceMode.NONE)));

    Kind.fit(graph, 1);

    MemoryWorkspace left = Nd4j.getMemoryManager().getCurrentWorkspace();
    assertThat(left).isNotNull();
    assertThat(left.getId()).isEqualTo(PASS);
    assertThat(left.isScopeActive()).isFalse();
  }

  /** It is kept by its id, and looked for by another once it is gone. */
  @Test
  void itsUniqueIdIsAnotherEachTime() {
    try (MemoryWorkspace any = Nd4j.getWorkspaceManager().getAndActivateWorkspace("ANY")) {
      assertThat(any.getUniqueId()).isNotEqualTo(any.getUniqueId());
    }
  }
}
