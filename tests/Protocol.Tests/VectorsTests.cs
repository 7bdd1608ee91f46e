using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain;

namespace Ait.Protocol.Tests;

/// <summary>The files under vectors/ that Solidity reads too. They are appended to, never changed to make a test pass;
/// AIT_WRITE_VECTORS=1 writes them.</summary>
public sealed class VectorsTests
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    [Fact]
    public void Workloads_areEncodedAndHashedAsPublished() => Compare("workloads/workloads.json", new JsonObject
    {
        ["generator"] = "AIT_WRITE_VECTORS=1 dotnet run --project tests/Protocol.Tests",
        ["greedy"] = WorkloadVector(Samples.Workload()),
        ["sampled"] = WorkloadVector(Samples.Workload("Once upon a time", 64, new SamplingParameters(700, 40, 950_000), 42, [])),
    });

    [Fact]
    public void TrainingWorkloads_areEncodedAndHashedAsPublished()
    {
        static JsonObject Vector(Workload workload)
        {
            TrainingTerms terms = workload.Training ?? throw new InvalidOperationException("The sample is one of training.");
            return new JsonObject
            {
                ["engineVersion"] = workload.EngineVersion,
                ["modelDigest"] = $"{workload.ModelDigest}",
                ["firstStep"] = terms.FirstStep,
                ["steps"] = terms.Steps,
                ["tokensPerStep"] = terms.TokensPerStep,
                ["parent"] = $"{terms.Parent}",
                ["recipe"] = Hex.Encode(terms.Recipe.AsSpan()),
                ["encoded"] = Hex.Encode(workload.ToBytes()),
                ["hash"] = $"{workload.Hash}",
            };
        }

        Compare("workloads/training.json", new JsonObject
        {
            ["generator"] = "AIT_WRITE_VECTORS=1 dotnet run --project tests/Protocol.Tests",
            ["beginning"] = Vector(Samples.TrainingWorkload(firstStep: 0, parent: default(Hash256))),
            ["later"] = Vector(Samples.TrainingWorkload()),
        });
    }

    [Fact]
    public void EmbeddingWorkloads_areEncodedAndHashedAsPublished()
    {
        static JsonObject Vector(Workload workload) => new()
        {
            ["engineVersion"] = workload.EngineVersion,
            ["modelDigest"] = $"{workload.ModelDigest}",
            ["pooling"] = $"{workload.Pooling}",
            ["prompt"] = new JsonArray([.. workload.Prompt.Select(token => (JsonNode)token)]),
            ["encoded"] = Hex.Encode(workload.ToBytes()),
            ["hash"] = $"{workload.Hash}",
        };

        Compare("workloads/embeddings.json", new JsonObject
        {
            ["generator"] = "AIT_WRITE_VECTORS=1 dotnet run --project tests/Protocol.Tests",
            ["last"] = Vector(Samples.EmbeddingWorkload(pooling: EmbeddingPooling.Last)),
            ["mean"] = Vector(Samples.EmbeddingWorkload()),
        });
    }

    [Fact]
    public void WorkAttestations_areSignedAsPublished()
    {
        MiningTask task = Samples.MiningTask(3);
        var statement = new WorkStatement(Samples.Network.TaskId(7, 3), task.WorkloadHash, Samples.Hash("result"), Samples.Hash("gpu 0"), 1234);
        WorkAttestation attestation = WorkAttestation.Sign(statement, Samples.Network, Samples.Key("gpu 0"));
        byte[] signature = attestation.Signature.ToCompactArray();
        Compare("attestations/work-attestation.json", new JsonObject
        {
            ["generator"] = "AIT_WRITE_VECTORS=1 dotnet run --project tests/Protocol.Tests",
            ["chainId"] = Samples.Network.ChainId,
            ["miningRegistry"] = $"{Samples.Network.MiningRegistry}",
            ["domainSeparator"] = $"{Samples.Network.Separator}",
            ["batchId"] = 7,
            ["index"] = 3,
            ["taskId"] = $"{statement.TaskId}",
            ["workloadHash"] = $"{statement.WorkloadHash}",
            ["resultHash"] = $"{statement.ResultHash}",
            ["gpuId"] = $"{statement.GpuId}",
            ["duration"] = statement.DurationMillis,
            ["digest"] = $"{statement.Digest(Samples.Network)}",
            ["enclaveKey"] = $"{attestation.EnclaveKey}",
            ["r"] = Hex.Encode(signature.AsSpan(0, 32)),
            ["vs"] = Hex.Encode(signature.AsSpan(32)),
            ["encoded"] = Hex.Encode(attestation.ToBytes()),
        });
    }

    [Fact]
    public void MiningTasks_hashToLeavesAsPublished()
    {
        MiningTask[] tasks = [.. Enumerable.Range(0, 5).Select(i => Samples.MiningTask((uint)i) with { Redeemer = i == 4 ? Samples.Account("holder") : Address.Zero })];
        var tree = MerkleTree.Build([.. tasks.Select(task => task.Leaf)]);
        var vectors = new JsonObject
        {
            ["generator"] = "AIT_WRITE_VECTORS=1 dotnet run --project tests/Protocol.Tests",
            ["root"] = $"{tree.Root}",
        };
        foreach (MiningTask task in tasks)
        {
            vectors[$"task{task.Index}"] = new JsonObject
            {
                ["workloadHash"] = $"{task.WorkloadHash}",
                ["index"] = task.Index,
                ["workloadType"] = (int)task.WorkloadType,
                ["determinismClass"] = (int)task.DeterminismClass,
                ["computeUnits"] = task.ComputeUnits.Micro,
                ["deadline"] = task.Deadline,
                ["redeemer"] = $"{task.Redeemer}",
                ["seatSecretHash"] = $"{task.SeatSecretHash}",
                ["leaf"] = $"{task.Leaf}",
                ["encoded"] = Hex.Encode(task.ToBytes()),
                ["proof"] = new JsonArray([.. tree.Proof((int)task.Index).Select(hash => (JsonNode)$"{hash}")]),
            };
        }

        Compare("workloads/mining-tasks.json", vectors);
    }

    [Fact]
    public void Draws_seatAsPublished()
    {
        RosterSlot[] roster =
        [
            .. Enumerable.Range(0, 8).Select(i => Samples.Slot(i, $"operator {i % 5}", $"host {i % 6}")),
            Samples.Slot(8) with { RevokedBlock = 50 },
            Samples.Slot(9) with { RefreshedBlock = 101, PreviousValidUntil = 1_700_000_000 },
        ];
        var vectors = new JsonObject
        {
            ["generator"] = "AIT_WRITE_VECTORS=1 dotnet run --project tests/Protocol.Tests",
            ["chainId"] = Samples.Network.ChainId,
            ["miningRegistry"] = $"{Samples.Network.MiningRegistry}",
            ["seatSecret"] = $"{Samples.Hash("first secret")}",
            ["seatSecretHash"] = $"{MiningTask.SecretHash(Samples.Hash("first secret"))}",
            ["seedBlockHash"] = $"{Samples.Hash("seed block")}",
            ["deadline"] = 1_800_000_000,
            ["commitBlock"] = 100,
            ["gpuIds"] = Array(roster.Select(slot => $"{slot.GpuId}")),
            ["hostChips"] = Array(roster.Select(slot => $"{slot.HostChip}")),
            ["operators"] = Array(roster.Select(slot => $"{slot.Operator}")),
            ["validUntil"] = new JsonArray([.. roster.Select(slot => (JsonNode)slot.ValidUntil)]),
            ["previousValidUntil"] = new JsonArray([.. roster.Select(slot => (JsonNode)slot.PreviousValidUntil)]),
            ["refreshedBlock"] = new JsonArray([.. roster.Select(slot => (JsonNode)slot.RefreshedBlock)]),
            ["revokedBlock"] = new JsonArray([.. roster.Select(slot => (JsonNode)slot.RevokedBlock)]),
        };
        for (uint index = 0; index < 16; index++)
        {
            Hash256 taskId = Samples.Network.TaskId(7, index);
            vectors[$"draw{index}"] = new JsonObject
            {
                ["taskId"] = $"{taskId}",
                ["slots"] = new JsonArray([.. SeatDraw.Draw(Samples.Hash("first secret"), Samples.Hash("seed block"), taskId, 1_800_000_000, 100, roster).Select(slot => (JsonNode)slot)]),
            };
        }

        Compare("agreements/draws.json", vectors);
    }

    [Fact]
    public void Bindings_areComputedAsPublished()
    {
        var binding = new DeviceBinding(
            31337, Samples.Account("device registry"), Samples.Account("operator 0"), Samples.Account("gpu 0"), Samples.Hash("gpu 0"), DeviceClass.MI300X, 123, Samples.Hash("block 123"));
        byte[] chip = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        byte[] uuid = [.. Enumerable.Range(0, 16).Select(i => (byte)(0xf0 + i))];
        Compare("attestations/device-binding.json", new JsonObject
        {
            ["generator"] = "AIT_WRITE_VECTORS=1 dotnet run --project tests/Protocol.Tests",
            ["chainId"] = binding.ChainId,
            ["deviceRegistry"] = $"{binding.DeviceRegistry}",
            ["operator"] = $"{binding.Operator}",
            ["enclaveKey"] = $"{binding.EnclaveKey}",
            ["gpuId"] = $"{binding.GpuId}",
            ["class"] = (int)binding.DeviceClass,
            ["blockNumber"] = binding.BlockNumber,
            ["blockHash"] = $"{binding.BlockHash}",
            ["binding"] = $"{binding.Compute()}",
            ["chipId"] = Hex.Encode(chip),
            ["gpuUuid"] = Hex.Encode(uuid),
            ["hostChip"] = $"{GpuIdentity.HostChip(chip)}",
            ["measuredHostGpuId"] = $"{GpuIdentity.OnMeasuredHost(chip, uuid)}",
        });
    }

    private static JsonObject WorkloadVector(Workload workload) => new()
    {
        ["engineVersion"] = workload.EngineVersion,
        ["modelDigest"] = $"{workload.ModelDigest}",
        ["prompt"] = new JsonArray([.. workload.Prompt.Select(token => (JsonNode)token)]),
        ["maxNewTokens"] = workload.MaxNewTokens,
        ["temperatureMilli"] = workload.Sampling.TemperatureMilli,
        ["topK"] = workload.Sampling.TopK,
        ["topPPpm"] = workload.Sampling.TopPPpm,
        ["seed"] = workload.Seed,
        ["stopTokens"] = new JsonArray([.. workload.StopTokens.Select(token => (JsonNode)token)]),
        ["encoded"] = Hex.Encode(workload.ToBytes()),
        ["hash"] = $"{workload.Hash}",
    };

    private static JsonArray Array(IEnumerable<string> values) => [.. values.Select(value => (JsonNode)value)];

    private static void Compare(string file, JsonObject expected)
    {
        string path = Path.Combine(Vectors(), file);
        string text = expected.ToJsonString(s_indented) + "\n";
        if (Environment.GetEnvironmentVariable("AIT_WRITE_VECTORS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), text);
    }

    /// <summary>The nearest folder vectors/ above the tests.</summary>
    private static string Vectors()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ait.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? ".", "vectors");
    }
}
