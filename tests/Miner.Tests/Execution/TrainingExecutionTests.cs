using System.Collections.Immutable;
using System.Text;
using Ait.Chain;
using Ait.Engine;
using Ait.Miner.Execution;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;

namespace Ait.Miner.Tests.Execution;

/// <summary>Chunks of training as workloads: a chain over two miners, and errors that nobody is paid for.</summary>
public sealed class TrainingExecutionTests : IDisposable
{
    private static readonly Model s_model = Model.Create(Network.Model);
    private static readonly TrainingData s_data = Data();

    private static readonly TrainingRecipe s_recipe = new()
    {
        Shape = Network.Model.Config,
        Base = Network.Model.Digest,
        Data = s_data.Digest,
        SequenceLength = 16,
        Batch = 2,
        Steps = 10,
        WarmupSteps = 2,
        LearningRate = 1e-3f,
        Seed = 9,
    };

    private readonly TemporaryFolder _folder = new();

    public TrainingExecutionTests() => File.WriteAllBytes(_folder.File($"{s_data.Digest}.axd"), s_data.ToBytes());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Train_yieldsTheEnginesOutcomeAndTheParentOfTheNextChunk()
    {
        TrainingOutcome expected = Trainer.RunChunk(s_recipe, new TrainingChunk(0, 4, default), s_model, s_data, null, EngineOptions.Default with { Backend = Backend.Scalar }, null, null, Cancellation);
        ExecutedWorkload first = await RunAsync(Workload(0, 2, default(Hash256)), Network.RandomHash(), "one");
        Assert.True(first.IsComplete);
        Assert.Equal(2, first.Amount);
        Assert.True(TrainingOutcome.TryParse(first.Encoded.AsSpan(), out TrainingOutcome? outcome, out _));
        Assert.Equal(expected.Steps[..2], outcome.Steps);

        // Another miner goes on: what the first one kept is handed over under its digest.
        Digest state = outcome.State ?? default;
        Directory.CreateDirectory(_folder.File("two"));
        File.Copy(Path.Combine(_folder.File("one"), $"{state}.axs"), Path.Combine(_folder.File("two"), $"{state}.axs"));
        ExecutedWorkload second = await RunAsync(Workload(2, 2, new Hash256(state.ToBytes())), Network.RandomHash(), "two");
        Assert.True(TrainingOutcome.TryParse(second.Encoded.AsSpan(), out outcome, out _));
        Assert.Equal(expected.Steps[2..], outcome.Steps);
    }

    [Fact]
    public async Task Train_makesAnErrorOfABrokenParentThatNoTwoDevicesShare()
    {
        var parent = new Hash256(Digest.Of("a state"u8).ToBytes());
        Directory.CreateDirectory(_folder.File("one"));
        await File.WriteAllBytesAsync(Path.Combine(_folder.File("one"), $"{Digest.Of("a state"u8)}.axs"), "no checkpoint"u8.ToArray(), Cancellation);
        Workload workload = Workload(2, 2, parent);
        Hash256 device = Network.RandomHash();
        ExecutedWorkload one = await RunAsync(workload, device, "one");
        ExecutedWorkload again = await RunAsync(workload, device, "one");
        ExecutedWorkload other = await RunAsync(workload, Network.RandomHash(), "one");

        Assert.Equal(one.ResultHash, again.ResultHash);
        Assert.NotEqual(one.ResultHash, other.ResultHash);
        AssertIsError(one, device, TrainingFinish.Refused, EngineRefusalCode.Truncated);
    }

    [Fact]
    public async Task Train_makesAnErrorOfAParentOfAnotherStepOrRun()
    {
        ExecutedWorkload first = await RunAsync(Workload(0, 2, default(Hash256)), Network.RandomHash(), "one");
        Hash256 device = Network.RandomHash();
        Workload[] wrong = [Workload(3, 1, first.State!.Value), Workload(2, 1, first.State.Value, s_recipe with { Seed = 10 })]; // Of a chunk that is done.
        foreach (Workload workload in wrong)
        {
            AssertIsError(await RunAsync(workload, device, "one"), device, TrainingFinish.Refused, EngineRefusalCode.CheckpointUnfit);
        }
    }

    [Fact]
    public async Task Train_makesAnErrorOfADivergenceThatNoTwoDevicesShare()
    {
        // Second moments forget at once, and what is divided by them does not: a weight without a gradient flies off.
        Workload workload = Workload(0, 4, default(Hash256), s_recipe with { Beta2 = 0f, Epsilon = 1e-18f, LearningRate = 1f });
        Hash256 device = Network.RandomHash();
        ExecutedWorkload one = await RunAsync(workload, device, "one");
        ExecutedWorkload other = await RunAsync(workload, Network.RandomHash(), "other");

        AssertIsError(one, device, TrainingFinish.Fault, EngineRefusalCode.NumericRange);
        Assert.Equal(one.ResultHash, (await RunAsync(workload, device, "one")).ResultHash);
        Assert.NotEqual(one.ResultHash, other.ResultHash);
        Assert.Equal(one.Encoded[36..], other.Encoded[36..]); // They agree on what went wrong.
        Assert.False(Directory.Exists(_folder.File("one"))); // There is nothing to go on from.
    }

    [Fact]
    public async Task Train_makesNothingIfTheParentIsNotHere() =>
        await Assert.ThrowsAsync<EngineRefusedException>(() => RunAsync(Workload(2, 2, Network.RandomHash()), Network.RandomHash(), "one"));

    [Fact]
    public void Plan_refusesTermsThatContradictTheRecipe()
    {
        Assert.Equal(EngineRefusalCode.BaseModelUnfit, Refusal(new Workload(TrainingVersion.Id, Network.RandomHash(), Terms([.. s_recipe.ToBytes()], 32))));
        Assert.Equal(EngineRefusalCode.RecipeOutOfRange, Refusal(new Workload(TrainingVersion.Id, Network.ModelDigest, Terms([.. s_recipe.ToBytes()], 33))));
        Assert.Equal(EngineRefusalCode.Truncated, Refusal(new Workload(TrainingVersion.Id, Network.ModelDigest, Terms([1, 2, 3], 32))));
    }

    [Fact]
    public async Task Plan_saysWhichDataIsMissingOrBroken()
    {
        Workload workload = Workload(0, 1, default(Hash256));
        await File.WriteAllBytesAsync(_folder.File($"{s_data.Digest}.axd"), [.. s_data.ToBytes()[..^4], 1, 0, 0, 0], Cancellation);
        Assert.Contains("digest", Unavailable(workload), StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder.File($"{s_data.Digest}.axd"), "no data", Cancellation);
        Assert.Contains("is refused", Unavailable(workload), StringComparison.Ordinal);
        File.Delete(_folder.File($"{s_data.Digest}.axd"));
        Assert.Contains("no file", Unavailable(workload), StringComparison.Ordinal);
    }

    private async Task<ExecutedWorkload> RunAsync(Workload workload, Hash256 device, string own)
    {
        using var executor = new WorkloadExecutor(EngineOptions.Default, TimeProvider.System);
        var store = new TrainingStore(_folder.Path, _folder.File(own));
        TrainingPlan.Ready plan = Assert.IsType<TrainingPlan.Ready>(WorkloadExecutor.PlanOf(workload, workload.Training!, store)); // Every workload here is one of training.
        return await executor.TrainAsync(s_model, plan.Parts, store, device, DurationRange.Any, Cancellation, Cancellation);
    }

    private EngineRefusalCode Refusal(Workload workload) =>
        Assert.IsType<TrainingPlan.Refused>(WorkloadExecutor.PlanOf(workload, workload.Training!, new TrainingStore(_folder.Path, _folder.Path))).Outcome.RefusalCode; // As above.

    private string Unavailable(Workload workload) =>
        Assert.IsType<TrainingPlan.Unavailable>(WorkloadExecutor.PlanOf(workload, workload.Training!, new TrainingStore(_folder.Path, _folder.Path))).Problem; // As above.

    // docs/protocol.md, Result.
    private static void AssertIsError(ExecutedWorkload executed, Hash256 device, TrainingFinish finish, EngineRefusalCode code)
    {
        Assert.False(executed.IsComplete);
        Assert.Null(executed.State);
        Assert.Equal([.. "AXE1"u8, .. device.ToArray()], executed.Encoded[..36]);
        Assert.True(TrainingOutcome.TryParse(executed.Encoded.AsSpan()[36..], out TrainingOutcome? outcome, out _));
        Assert.Equal((finish, code), (outcome.Finish, outcome.RefusalCode));
    }

    private static TrainingTerms Terms(ImmutableArray<byte> recipe, int tokensPerStep) => new(recipe, 0, 1, tokensPerStep, default(Hash256));

    private static Workload Workload(int first, int steps, Hash256 parent, TrainingRecipe? recipe = null) =>
        new(TrainingVersion.Id, Network.ModelDigest, new TrainingTerms([.. (recipe ?? s_recipe).ToBytes()], first, steps, s_recipe.Batch * s_recipe.SequenceLength, parent));

    private static TrainingData Data() => TrainingData.TryReadLines(Encoding.UTF8.GetBytes("One and one make two.\nTwo and two make four.\n"), Tokenizer.Bytes, out TrainingData? data, out EngineRefusal? refusal)
        ? data
        : throw new EngineRefusedException(refusal);
}
