package io.github.dl4jclipping.internal.forensics;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Holds every array that a copy of a network allocates, and frees them all at once.
 *
 * <p>Nothing that was allocated while it is open may be used after it is closed.
 */
final class Scratch implements AutoCloseable {

  private static final String NAME = "DL4J_CLIPPING_FORENSICS";
  private static final String LOOP = NAME + "_LOOP";

  /**
   * A configuration in which each allocation is separate and lives until the workspace is
   * destroyed; no memory is reused.
   */
  private static final WorkspaceConfiguration CONFIGURATION =
      WorkspaceConfiguration.builder()
          .initialSize(0)
          .policyLearning(LearningPolicy.NONE)
          .policySpill(SpillPolicy.EXTERNAL)
          .build();

  private final MemoryWorkspace workspace =
      Nd4j.getWorkspaceManager().getAndActivateWorkspace(CONFIGURATION, NAME);

  /** Returns the workspaces in which layers allocate their arrays. */
  LayerWorkspaceMgr manager() {
    LayerWorkspaceMgr.Builder builder = LayerWorkspaceMgr.builder();
    for (ArrayType type : ArrayType.values()) {
      switch (type) {
        case FF_CACHE -> {} // without a workspace layers do not cache
        // Recurrent layers open and close it at every time step.
        case RNN_FF_LOOP_WORKING_MEM, RNN_BP_LOOP_WORKING_MEM ->
            builder.with(type, LOOP, CONFIGURATION);
        default -> builder.with(type, NAME, CONFIGURATION);
      }
    }
    return builder.build();
  }

  /**
   * Frees the memory of both workspaces, but keeps the workspaces, because ND4J never removes one.
   */
  @Override
  public void close() {
    workspace.close();
    for (String name : new String[] {NAME, LOOP}) {
      Nd4j.getWorkspaceManager()
          .getWorkspaceForCurrentThread(CONFIGURATION, name)
          .destroyWorkspace(true);
    }
  }
}
