package io.github.dl4jclipping.step;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;

/**
 * What DL4J says of the update it asks for.
 *
 * @param iteration the iteration counter, from 0
 * @param epoch the epoch counter, from 0
 * @param batchSize the number of examples in the minibatch
 * @param workspaces where the updater blocks work
 */
record Update(int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaces) {}
