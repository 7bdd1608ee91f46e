using System.Text.Json.Nodes;
using Ait.Attestation;
using Ait.Audit;
using Ait.Audit.Bundling;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Protocol;

namespace Ait.EndToEnd.Tests;

/// <summary>One answer's proof in one file: checked offline, and no part of it can be changed unnoticed.</summary>
[Collection(OneAuditedDevnet.Name)]
public sealed class ProofOfAnAnswer(AuditedDevnet devnet)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Bundle_provesAnAnswerFromTheHardwaresEvidenceToTheMint()
    {
        await OpenAsync();
        SettledTask task = devnet.Honest!.Tasks[0]; // Recorded by OpenAsync.
        Workload workload = WorkloadText.OfPrompt($"Audited {task.Index + 1}:", 100, await devnet.ModelAsync(Cancellation));
        string folder = Directory.CreateTempSubdirectory("ait-bundle-").FullName;
        try
        {
            string file = Path.Combine(folder, "answer.json");
            string deployment = devnet.Local.State.Deployment;
            await devnet.RunAsync(0, Cancellation, "bundle", task.TaskId.ToString(), "-o", file, "--workload", Hex.Encode(workload.ToBytes()));
            BundleReport report = Verify(await File.ReadAllBytesAsync(file, Cancellation));
            AssertHolds(report);
            Assert.Equal((task.TaskId, task.WorkloadHash, task.ResultHash, task.Minted), (report.TaskId, report.WorkloadHash, report.ResultHash, report.Minted));
            Assert.Equal(task.Seats.Select(seat => (seat.Drawn, seat.GpuId, seat.Code)), report.Seats.Select(seat => (seat.Drawn, seat.GpuId, seat.Code)));
            Assert.True(report.Evidence.Length >= 3, string.Join('\n', report.Evidence));
            Assert.DoesNotContain(report.Unchecked, what => what.StartsWith("what workload", StringComparison.Ordinal));

            // As a command: offline, and with a node that has the same blocks. The vendors' own roots know no emulated chip.
            JsonObject told = await VerifyAsync(0, file, "--deployment", deployment, "--rpc", devnet.Local.Options.Rpc.ToString());
            Assert.Equal((true, true), ((bool)told["holds"]!, (bool)told["onChain"]!));
            JsonObject strict = await VerifyAsync(1, file);
            Assert.Contains("RootNotPinned", strict["findings"]!.ToJsonString(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task Coordinator_handsOutEveryTasksBundleWithoutItsPrompt()
    {
        await OpenAsync();
        var evidence = new HashSet<string>();
        foreach (SettledTask task in devnet.Honest!.Tasks) // Recorded by OpenAsync.
        {
            BundleReport report = Verify(await devnet.Network.Coordinator.BundleAsync(task.TaskId, Cancellation));
            AssertHolds(report);
            Assert.Equal((task.WorkloadHash, task.ResultHash, task.Minted), (report.WorkloadHash, report.ResultHash, report.Minted));
            Assert.Contains(report.Unchecked, what => what.StartsWith("what workload", StringComparison.Ordinal));
            evidence.UnionWith(report.Evidence);
        }

        // The draws met hosts of both vendors.
        Assert.Contains(evidence, line => line.Contains("Genoa", StringComparison.Ordinal));
        Assert.Contains(evidence, line => line.Contains("Tdx", StringComparison.Ordinal));
        await Assert.ThrowsAsync<CoordinatorRefusedException>(() => devnet.Network.Coordinator.BundleAsync(Hash256.Zero, Cancellation));
    }

    [Fact(Timeout = 300_000)]
    public async Task Bundle_isNotWrittenOfAnUnsettledTaskOrWithAnotherWorkload()
    {
        await OpenAsync();
        SettledTask task = devnet.Honest!.Tasks[0]; // Recorded by OpenAsync.
        Workload other = WorkloadText.OfPrompt("Something else:", 100, await devnet.ModelAsync(Cancellation));

        Assert.Contains("has not settled", (string?)(await devnet.RunAsync(1, Cancellation, "bundle", Hash256.Zero.ToString()))["error"], StringComparison.Ordinal);
        JsonObject refused = await devnet.RunAsync(1, Cancellation, "bundle", task.TaskId.ToString(), "--workload", Hex.Encode(other.ToBytes()));
        Assert.Contains($"{other.Hash}", (string?)refused["error"], StringComparison.Ordinal);
    }

    /// <summary>Every value of the file, one at a time.</summary>
    [Fact(Timeout = 300_000)]
    public async Task Verify_findsEveryValueThatWasChanged()
    {
        await OpenAsync();
        foreach (byte[] bundle in await OfBothVendorsAsync())
        {
            AssertEveryPartCounts(bundle, devnet.Local.Deployment.Roots!.ToTrustRoots(), devnet.Scope.MiningRegistry, Verify(bundle)); // A development network pins roots.
        }
    }

    [Theory(Timeout = 300_000)]
    [InlineData("a device that the draw met is missing", "device in slot")]
    [InlineData("two devices change places", "slot")]
    [InlineData("a device's certificates are those of another", "slot")]
    [InlineData("the settlement is that of another task", "TasksSettled")]
    [InlineData("the commitment is the seed's transaction", "BatchCommitted")]
    [InlineData("the task is another", "TasksSettled")]
    [InlineData("the workload is another", "workload")]
    public async Task Verify_findsWhatWasPutTogetherFromGenuineParts(string change, string found)
    {
        await OpenAsync();
        SettledTask[] tasks = [.. devnet.Honest!.Tasks]; // Recorded by OpenAsync.
        JsonObject bundle = await ReadAsync(tasks[0]);
        SettledTask apart = tasks.First(task => task.Transaction != tasks[0].Transaction);
        JsonArray devices = bundle["devices"]!.AsArray();
        switch (change)
        {
            case "a device that the draw met is missing":
                devices.RemoveAt(0);
                break;
            case "two devices change places":
                (long first, long second) = ((long)devices[0]!["slot"]!, (long)devices[1]!["slot"]!);
                (devices[0]!["slot"], devices[1]!["slot"]) = (second, first);
                break;
            case "a device's certificates are those of another":
                // Quotes bring theirs themselves: one whose report needs them gets those of another, or its own the wrong way round.
                JsonNode device = devices.First(one => one!["hostCertificates"]!.AsArray().Count > 0)!;
                JsonArray own = device["hostCertificates"]!.AsArray();
                JsonArray? others = devices.Select(one => one!["hostCertificates"]!.AsArray()).FirstOrDefault(some => some.Count > 0 && !JsonNode.DeepEquals(some, own));
                device["hostCertificates"] = others?.DeepClone() ?? new JsonArray([.. own.Reverse().Select(certificate => certificate!.DeepClone())]);
                break;
            case "the settlement is that of another task":
                bundle["settlement"] = (await ReadAsync(apart))["settlement"]!.DeepClone();
                break;
            case "the commitment is the seed's transaction":
                bundle["commitment"] = bundle["pin"]!.DeepClone();
                break;
            case "the task is another":
                bundle["taskId"] = apart.TaskId.ToString();
                break;
            default:
                bundle["workload"] = Hex.Encode(WorkloadText.OfPrompt("Something else:", 100, await devnet.ModelAsync(Cancellation)).ToBytes());
                break;
        }

        BundleReport report = Verify(Bytes(bundle));
        Assert.Contains(report.Findings, finding => finding.Contains(found, StringComparison.Ordinal));
    }

    /// <summary>Whatever stands where something else is expected is refused or found, and nothing breaks.</summary>
    [Fact(Timeout = 300_000)]
    public async Task Verify_neverThrowsWhateverTheFileHolds()
    {
        await OpenAsync();
        JsonObject bundle = await ReadAsync(devnet.Honest!.Tasks[0]); // Recorded by OpenAsync.
        byte[] honest = Bytes(bundle);
        foreach (JsonNode node in Nodes(bundle).Skip(1).ToArray())
        {
            foreach (string other in (string[])["null", "[]", "{}", "[null]", "\"\"", "\"0x\"", "-1", "1e30"])
            {
                JsonNode? value = JsonNode.Parse(other);
                if (!JsonNode.DeepEquals(node, value))
                {
                    Action<JsonNode?> put = Place(node);
                    put(value);
                    bool isRead = BundleVerifier.TryVerify(
                        Bytes(bundle), devnet.Local.Deployment.Roots!.ToTrustRoots(), devnet.Scope.MiningRegistry, out BundleReport? report, out _); // A development network pins roots.
                    Assert.False(isRead && report!.Holds, $"{other} where {node.GetPath()} was"); // There is a report if it was read.
                    put(node);
                }
            }
        }

        Assert.Equal(honest, Bytes(bundle));
        foreach (int length in (int[])[0, 1, honest.Length / 2, honest.Length - 1])
        {
            Assert.False(BundleVerifier.TryVerify(honest.AsSpan(0, length), TrustRoots.Production, null, out _, out _));
        }

        Assert.False(BundleVerifier.TryVerify([.. honest, (byte)'x'], TrustRoots.Production, null, out _, out _));
    }

    /// <summary>Blocks that somebody made up: header, proofs, transaction and receipt fit each other, and none is on any chain.</summary>
    [Fact(Timeout = 300_000)]
    public async Task Verify_neverThrowsOnBlocksThatSomebodyMadeUp()
    {
        await OpenAsync();
        JsonObject genuine = await ReadAsync(devnet.Honest!.Tasks[0]); // Recorded by OpenAsync.
        BundleReport honest = Verify(Bytes(genuine));
        var chance = new Random(11);
        for (int round = 0; round < 400; round++)
        {
            JsonObject bundle = genuine.DeepClone().AsObject();
            string[] parts = ["commitment", "pin", "settlement", "registration"];
            string part = parts[chance.Next(parts.Length)];
            JsonObject proven = (part == "registration" ? bundle["devices"]![0]!["transactions"]![0] : bundle[part])!.AsObject();
            MadeUpBlock.Replace(proven, chance);
            Assert.True(BundleVerifier.TryVerify(Bytes(bundle), devnet.Local.Deployment.Roots!.ToTrustRoots(), devnet.Scope.MiningRegistry, out BundleReport? report, out _)); // A development network pins roots.
            Assert.False(report.Holds && report.Blocks.SequenceEqual(honest.Blocks));
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task Verify_refusesABundleOfAnotherDeployment()
    {
        await OpenAsync();
        byte[] bundle = await devnet.Network.Coordinator.BundleAsync(devnet.Honest!.Tasks[0].TaskId, Cancellation); // Recorded by OpenAsync.
        Assert.True(BundleVerifier.TryVerify(bundle, devnet.Local.Deployment.Roots!.ToTrustRoots(), devnet.Scope.Token, out BundleReport? report, out _)); // A development network pins roots.
        Assert.StartsWith("mining registry", Assert.Single(report.Findings), StringComparison.Ordinal);
    }

    private async Task OpenAsync()
    {
        Devnet.Require(devnet);
        await devnet.RecordAsync(Cancellation);
    }

    private BundleReport Verify(byte[] bundle)
    {
        Assert.True(
            BundleVerifier.TryVerify(bundle, devnet.Local.Deployment.Roots!.ToTrustRoots(), devnet.Scope.MiningRegistry, out BundleReport? report, out string? fault), fault); // A development network pins roots.
        return report;
    }

    private static void AssertHolds(BundleReport report) => Assert.True(report.Holds, string.Join('\n', report.Findings));

    private async Task<JsonObject> ReadAsync(SettledTask task) =>
        JsonNode.Parse(await devnet.Network.Coordinator.BundleAsync(task.TaskId, Cancellation))!.AsObject(); // The verifier reads it too.

    private static byte[] Bytes(JsonObject bundle) => System.Text.Encoding.UTF8.GetBytes(bundle.ToJsonString());

    /// <summary>As few bundles as show a quote with collateral and a report without.</summary>
    private async Task<IReadOnlyList<byte[]>> OfBothVendorsAsync()
    {
        var kept = new List<byte[]>();
        var missing = new HashSet<bool> { true, false };
        foreach (SettledTask task in devnet.Honest!.Tasks) // Recorded by OpenAsync.
        {
            JsonObject bundle = await ReadAsync(task);
            int before = missing.Count;
            missing.ExceptWith(bundle["devices"]!.AsArray().Select(device => device!["collateral"] is not null));
            if (missing.Count < before)
            {
                kept.Add(Bytes(bundle));
            }
        }

        Assert.Empty(missing);
        return kept;
    }

    /// <summary>Changes every value of the file, one at a time: each is refused, found wrong, or makes a block that no node has.</summary>
    private static void AssertEveryPartCounts(byte[] bundle, TrustRoots roots, Address registry, BundleReport honest)
    {
        JsonObject whole = JsonNode.Parse(bundle)!.AsObject();
        List<string> unnoticed = [];
        int changed = 0;
        foreach (JsonValue value in Leaves(whole).ToArray())
        {
            JsonNode original = value.DeepClone();
            string path = value.GetPath();
            JsonValue other = value.GetValueKind() == System.Text.Json.JsonValueKind.String ? JsonValue.Create(Changed((string)value!))! : JsonValue.Create((long)value + 1);
            value.ReplaceWith(other);
            changed++;
            if (BundleVerifier.TryVerify(System.Text.Encoding.UTF8.GetBytes(whole.ToJsonString()), roots, registry, out BundleReport? report, out _)
                && report.Holds && report.Blocks.SequenceEqual(honest.Blocks))
            {
                unnoticed.Add(path);
            }

            other.ReplaceWith(original);
        }

        Assert.True(changed > 50);
        Assert.True(unnoticed.Count == 0, string.Join('\n', unnoticed));
    }

    private static string Changed(string text)
    {
        int at = text.Length / 2;
        return text[..at] + (text[at] == '1' ? '2' : '1') + text[(at + 1)..];
    }

    private static IEnumerable<JsonValue> Leaves(JsonNode whole) => Nodes(whole).OfType<JsonValue>();

    /// <summary>Puts values where a node is now.</summary>
    private static Action<JsonNode?> Place(JsonNode node)
    {
        if (node.Parent is JsonObject fields)
        {
            string name = node.GetPropertyName();
            return value => fields[name] = value;
        }

        JsonArray items = node.Parent!.AsArray(); // Whoever asks leaves the root out.
        int index = node.GetElementIndex();
        return value => items[index] = value;
    }

    /// <summary>A node and all below it that are not null.</summary>
    private static IEnumerable<JsonNode> Nodes(JsonNode node) => node switch
    {
        JsonObject fields => fields.Select(field => field.Value).OfType<JsonNode>().SelectMany(Nodes).Prepend(node),
        JsonArray items => items.OfType<JsonNode>().SelectMany(Nodes).Prepend(node),
        _ => [node],
    };

    private static async Task<JsonObject> VerifyAsync(int exitCode, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int code = await Cli.Commands.AitCommandLine.RunAsync(["verify", "bundle", .. arguments, "--json"], output, errors, Cancellation);
        Assert.True(code == exitCode, $"exit code {code}: {output}{errors}");
        return JsonNode.Parse(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!.AsObject();
    }
}
