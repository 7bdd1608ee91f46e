using Ait.Chain;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Dispatching;

/// <summary>The trees that batches were committed with, each built once for one reading of the ledger.</summary>
internal sealed class BatchTrees
{
    private readonly LedgerTransaction _transaction;
    private readonly Dictionary<long, MerkleTree> _trees = [];

    public BatchTrees(LedgerTransaction transaction) => _transaction = transaction;

    internal MerkleTree Of(long batchKey)
    {
        if (!_trees.TryGetValue(batchKey, out MerkleTree? tree))
        {
            tree = MerkleTree.Build([.. DispatchStore.Tasks(_transaction, batchKey).Select(task => task.Task.Leaf)]);
            _trees.Add(batchKey, tree);
        }

        return tree;
    }
}
