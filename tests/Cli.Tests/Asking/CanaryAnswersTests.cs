using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Tests.Asking;

public sealed class CanaryAnswersTests
{
    private static readonly ModelResponse s_model = Response(EngineSelfTest.Model);

    [Fact]
    public void Of_runsAsManyOfTheWorkloadsAsAskedAsAMinerWould()
    {
        Workload[] workloads = [.. Enumerable.Range(1, 6).Select(number => WorkloadText.OfPrompt($"Canary {number}:", 8, s_model))];
        Model model = CanaryAnswers.Open(s_model, null, TestContext.Current.CancellationToken);
        List<int> told = [];
        IReadOnlyList<Hash256?> answers = CanaryAnswers.Of(model, workloads, 2, new EngineOptions { Threads = 1 }, told.Add, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], told);
        Assert.Equal(6, answers.Count);
        Assert.Equal(2, answers.Count(answer => answer is not null));
        foreach ((Workload workload, Hash256? answer) in workloads.Zip(answers).Where(pair => pair.Second is not null))
        {
            using var session = new Session(model, new EngineOptions { Backend = Backend.Scalar });
            var request = new GenerationRequest(workload.Prompt.AsSpan(), workload.MaxNewTokens, Engine.SamplingParameters.Greedy, workload.Seed, workload.StopTokens.AsSpan());
            Assert.Equal(new Hash256(session.Generate([request], null, TestContext.Current.CancellationToken)[0].ResultHash.ToBytes()), answer);
        }
    }

    [Fact]
    public void Open_refusesAnArtifactThatIsNotTheModels()
    {
        SurroundingsException absent = Assert.Throws<SurroundingsException>(() =>
            CanaryAnswers.Open(Response(ModelsFile.Describe()), "no such file", TestContext.Current.CancellationToken));
        Assert.Contains("--artifact", absent.Message, StringComparison.Ordinal);
    }

    private static ModelResponse Response(ModelDescriptor model) => new("model", new Hash256(model.Digest.ToBytes()), Hex.Encode(model.ToBytes()), 1);
}
