using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Cli.Commands;

/// <summary>Opens a confidential workload with the file its buyer gave: shows prompt and answer, runs it again here, and holds all of it against the chain.</summary>
internal static class OpenCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var options = new NetworkOptions();
        var file = new Argument<string>("FILE") { Description = "The file of the workload that `ait redeem --confidential` wrote." };
        var model = new Option<string?>("--model") { Description = "The model's artifact, where its weights are stored (default: the demonstration model, or drawn from the seed that the coordinator's list names).", HelpName = "FILE" };
        var command = new Command("open", "Open a confidential workload with its content key, and run it again to check the settled result.") { file, model };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            (Workload workload, ContentKey key) = ConfidentialFile.Read(parsed.GetRequiredValue(file));
            using (key)
            {
                if (!key.TryOpenPrompt(workload, out Workload? plain, out ProtocolRefusal? refusal))
                {
                    throw new RefusedException($"the prompt of workload {workload.Hash} does not open: {refusal}");
                }

                using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
                Model weights = await WeightsAsync(network, workload.ModelDigest, parsed.GetValue(model), cancellation).ConfigureAwait(false);
                return await RunAsync(screenFor(parsed), network, workload, plain, key, weights, cancellation).ConfigureAwait(false);
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Screen screen, NetworkAccess network, Workload workload, Workload plain, ContentKey key, Model weights, CancellationToken cancellation)
    {
        using var nobody = Secp256k1PrivateKey.Create(); // Nothing is bought.
        WorkloadAnswer answer = await new Purchase(network, nobody, TimeProvider.System)
            .AnswerAsync(workload.Hash, phase => screen.Progress($"{phase} …"), cancellation, new ConfidentialAnswer(workload, key)).ConfigureAwait(false);
        Transcript transcript = await Task.Run(() => Generator.Run(weights, RequestOf(plain), EngineOptions.Default, cancellation), cancellation).ConfigureAwait(false);
        var again = new Hash256(SHA256.HashData(key.SealAnswer(workload, transcript.ToBytes())));
        screen.Say($"prompt: {ByteTokenizer.DecodePrintable(plain.Prompt.AsSpan())}");
        screen.Say($"answer: {answer.Text}");
        screen.Answer(new JsonObject
        {
            ["workloadId"] = workload.Hash.ToString(),
            ["taskId"] = answer.TaskId.ToString(),
            ["prompt"] = ByteTokenizer.DecodePrintable(plain.Prompt.AsSpan()),
            ["answer"] = answer.Text,
            ["settledResult"] = answer.ResultHash.ToString(),
            ["resultHere"] = again.ToString(),
        });
        if (again != answer.ResultHash)
        {
            throw new RefusedException($"running the workload here gives result {again}, the settled result is {answer.ResultHash}.");
        }

        screen.Say($"run again here: the settled result {again}");
        return ExitCode.Done;
    }

    private static async Task<Model> WeightsAsync(NetworkAccess network, Hash256 digest, string? file, CancellationToken cancellation)
    {
        if (file is null && new Hash256(ModelsFile.Describe().Digest.ToBytes()) == digest)
        {
            file = Installation.DemoModel;
        }

        if (file is not null)
        {
            Model opened = await ModelCommand.OpenAsync(file, cancellation).ConfigureAwait(false);
            var found = new Hash256(opened.Descriptor.Digest.ToBytes());
            return found == digest ? opened : throw new RefusedException($"the workload's model is {digest}, the artifact {file} is {found}.");
        }

        ModelsResponse models = await network.Coordinator.ModelsAsync(cancellation).ConfigureAwait(false);
        Model? drawn = null;
        return models.Models.FirstOrDefault(model => model.Digest == digest) is { } offered
            && Hex.TryDecode(offered.Descriptor, out byte[]? bytes)
            && ModelDescriptor.TryParse(bytes, out ModelDescriptor? descriptor, out _)
            && new Hash256(descriptor.Digest.ToBytes()) == digest
            && await Task.Run(() => Model.TryCreate(descriptor, EngineLimits.DefaultMaxParameters, out drawn, out _), cancellation).ConfigureAwait(false)
            && drawn is not null
            ? drawn
            : throw new SurroundingsException($"the weights of model {digest} cannot be drawn from what the coordinator lists. Name the model's artifact with --model.");
    }

    private static GenerationRequest RequestOf(Workload plain) => new(
        plain.Prompt.AsSpan(),
        plain.MaxNewTokens,
        new Engine.SamplingParameters
        {
            TemperatureMilli = (int)plain.Sampling.TemperatureMilli,
            TopK = (int)Math.Min(plain.Sampling.TopK, int.MaxValue),
            TopPMillionths = plain.Sampling.TopPPpm == 0 ? Engine.SamplingParameters.AllOfProbability : (int)plain.Sampling.TopPPpm,
        },
        plain.Seed,
        plain.StopTokens.AsSpan());
}
