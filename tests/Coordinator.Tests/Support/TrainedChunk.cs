using System.Text;
using Ait.Chain;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Coordinator.Tests.Support;

/// <summary>A step of training that the engine did: workload, outcome and the checkpoint it left, of two parts.</summary>
internal sealed class TrainedChunk
{
    internal TrainedChunk(ulong seed = 1)
    {
        Assert.True(TrainingData.TryReadLines(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 9).Select(i => $"After {i} comes {i + 1}.\n"))), Tokenizer.Bytes, out TrainingData? data, out _));
        Recipe = new TrainingRecipe
        {
            Shape = new ModelConfig
            {
                Dimension = 128, Layers = 1, Heads = 2, KeyValueHeads = 2, HeadDimension = 16, FeedForward = 128, Vocabulary = ByteTokenizer.VocabularySize, MaxContext = 16,
            },
            Data = data.Digest,
            SequenceLength = 16,
            Batch = 1,
            Steps = 2,
            WarmupSteps = 1,
            LearningRate = 1e-3f,
            Seed = seed,
        };
        using var checkpoint = new MemoryStream();
        TrainingOutcome outcome = Trainer.RunChunk(
            Recipe, new TrainingChunk(0, 1, default), null, data, null, EngineOptions.Default with { Threads = 1 }, null, trainer => trainer.Save(checkpoint), TestContext.Current.CancellationToken);
        Assert.Equal(TrainingFinish.Done, outcome.Finish);
        Outcome = outcome.ToBytes();
        Checkpoint = checkpoint.ToArray();
        Digest = new Hash256(outcome.State!.Value.ToBytes()); // Of a chunk that is done.
        Workload = new Workload(TrainingVersion.Id, TestNetwork.Model.Digest, new TrainingTerms([.. Recipe.ToBytes()], 0, 1, 16, default(Hash256)));
    }

    internal TrainingRecipe Recipe { get; }

    internal Workload Workload { get; }

    internal byte[] Outcome { get; }

    internal byte[] Checkpoint { get; }

    internal Hash256 Digest { get; }

    internal byte[] Part(int part) => Checkpoint[(part << 20)..Math.Min(Checkpoint.Length, (part + 1) << 20)];
}
