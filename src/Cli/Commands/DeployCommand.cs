using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Ait.Attestation;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Commands;

/// <summary>Deploys the contracts to any EVM chain; running it again goes on where it stopped and repeats nothing.</summary>
internal static class DeployCommand
{
    /// <summary>MEASUREMENT of SEV-SNP, MRTD to RTMR3 of TDX, MRENCLAVE to ISVFAMILYID of SGX.</summary>
    private static readonly int[] s_measurementSizes = [48, 384, 256];

    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        Option<Uri?> rpc = CommonOptions.Url("--rpc", "The chain's JSON-RPC endpoint.");
        rpc.Required = true;
        var key = new Option<FileInfo>("--key") { Description = "File with the deployer's key: 32 bytes of hex, mode 0600.", HelpName = "FILE", Required = true };
        var profile = new Option<string>("--profile") { Description = "production pins AMD's roots; development pins an emulated root.", DefaultValueFactory = _ => Deployment.Production };
        profile.AcceptOnlyFromAmong(Deployment.Production, Deployment.Development);
        var root = new Option<string?>("--root") { Description = "Folder of emulated hardware whose root a development deployment pins.", HelpName = "DIR" };
        var measurements = new Option<string[]>("--measurement") { Description = "A program that may register, in hex: MEASUREMENT of SEV-SNP (48 bytes), MRTD to RTMR3 of TDX (384), MRENCLAVE to ISVFAMILYID of SGX (256). Repeatable.", HelpName = "HEX" };
        var floors = new Option<string[]>("--tcb-floor")
        {
            Description = "Least firmware of a product that may register, as Genoa=0a00000000001754: its eight TCB_VERSION bytes in the report's order. Repeatable; a product without a floor is not believed (production).",
            HelpName = "PRODUCT=HEX",
        };
        var drivers = new Option<FileInfo[]>("--gpu-driver-reference") { Description = "NVIDIA's signed reference manifest of a driver whose measurements are believed. Repeatable.", HelpName = "FILE" };
        var firmwares = new Option<FileInfo[]>("--gpu-vbios-reference") { Description = "NVIDIA's signed reference manifest of a VBIOS whose measurements are believed. Repeatable.", HelpName = "FILE" };
        var measuredH100 = new Option<bool>("--admit-measured-h100") { Description = "Let H100s register without evidence of their own, as measured hosts (production)." };
        var coordinator = new Option<string?>("--coordinator") { Description = "The coordinator's account (default: the deployer).", HelpName = "ADDRESS" };
        var proposer = new Option<string?>("--proposer") { Description = "An account that may propose to the timelock beside the votes of AIT (default: nobody).", HelpName = "ADDRESS" };
        Option<int> delay = CommonOptions.Number("--governance-delay", "HOURS", 48, 1, 24 * 90, "Hours a governed change waits (production).");
        Option<int> votingDelay = CommonOptions.Number("--voting-delay", "BLOCKS", 21_600, 1, 10_000_000, "Blocks from a proposal to the start of its vote (production).");
        Option<int> votingPeriod = CommonOptions.Number("--voting-period", "BLOCKS", 216_000, 1, 100_000_000, "Blocks of a vote (production).");
        var threshold = new Option<string>("--proposal-threshold") { Description = "Votes needed to propose, in AIT (production).", HelpName = "AIT", DefaultValueFactory = _ => "1000" };
        var floor = new Option<string>("--quorum-floor") { Description = "Least quorum, in AIT; above it the quorum is 4 % of the supply at the proposal (production).", HelpName = "AIT", DefaultValueFactory = _ => "100000" };
        var upfront = new Option<string>("--bootstrap") { Description = "What work that nobody redeems for may mint at once, in AIT (production).", HelpName = "AIT", DefaultValueFactory = _ => "1000000" };
        var decaying = new Option<string>("--bootstrap-decaying") { Description = "What it may mint after that, half of what is left in each half-life, in AIT; never raised later (production).", HelpName = "AIT", DefaultValueFactory = _ => "100000000" };
        Option<int> halfLife = CommonOptions.Number("--bootstrap-half-life", "DAYS", 180, 1, 4 * 365, "Days in which half of the rest is released (production).");
        Option<AuditShare> auditShare = AuditShareOption.Build();
        var output = new Option<string>("--out") { Description = "Where the addresses are written; the journal lies beside it.", HelpName = "FILE", DefaultValueFactory = _ => "deployment.json" };
        var command = new Command("deploy", "Deploy the contracts to an EVM chain. Resumes where it stopped; repeats nothing.")
        {
            rpc, key, profile, root, measurements, floors, drivers, firmwares, measuredH100, coordinator, proposer, delay, votingDelay, votingPeriod, threshold, floor, upfront, decaying, halfLife, auditShare, output,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            using Secp256k1PrivateKey deployer = KeyFile.Open(parsed.GetRequiredValue(key).FullName);
            Address coordinatorAccount = Account("--coordinator", parsed.GetValue(coordinator)) ?? deployer.Address;
            Address? proposerAccount = Account("--proposer", parsed.GetValue(proposer));
            ImmutableArray<byte[]> allowed = [.. (parsed.GetValue(measurements) ?? []).Select(Measurement)];
            DeployPlan plan = parsed.GetValue(profile) == Deployment.Production
                ? Production(
                    allowed,
                    [.. (parsed.GetValue(floors) ?? []).Select(Floor)],
                    References(parsed.GetValue(drivers) ?? [], parsed.GetValue(firmwares) ?? []),
                    parsed.GetValue(measuredH100),
                    TimeSpan.FromHours(parsed.GetValue(delay)),
                    new VotingRules(
                        (ulong)parsed.GetValue(votingDelay),
                        (ulong)parsed.GetValue(votingPeriod),
                        Amounts.Parse(parsed.GetRequiredValue(threshold)),
                        Amounts.Parse(parsed.GetRequiredValue(floor))),
                    Bootstrap(parsed.GetRequiredValue(upfront), parsed.GetRequiredValue(decaying), TimeSpan.FromDays(parsed.GetValue(halfLife))),
                    parsed.GetValue(auditShare).Parts,
                    proposerAccount,
                    coordinatorAccount)
                : await DevelopmentAsync(parsed.GetValue(root), allowed, parsed.GetValue(auditShare).Parts, proposerAccount, coordinatorAccount, cancellation).ConfigureAwait(false);
            return await RunAsync(screen, parsed.GetValue(rpc) ?? throw new InvalidOperationException("required"), deployer, plan, parsed.GetRequiredValue(output), cancellation)
                .ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Screen screen, Uri rpc, Secp256k1PrivateKey deployer, DeployPlan plan, string output, CancellationToken cancellation)
    {
        using ChainAccess chain = await ChainAccess.OpenAsync(rpc, TimeProvider.System, cancellation).ConfigureAwait(false);
        screen.Progress($"deploying to chain {chain.ChainId} from {deployer.Address} ({plan.Profile} roots) …");
        (Deployment deployment, IReadOnlyList<DeployedContract> contracts) = await Deployer
            .DeployAsync(chain, deployer, plan, output + ".journal", TimeProvider.System, line => screen.Progress("  " + line), cancellation)
            .ConfigureAwait(false);
        deployment.Write(output);
        plan.WriteReferences(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(output)) ?? "/", "gpu-references.json"));
        ulong gas = contracts.Aggregate(0ul, (sum, contract) => sum + contract.Gas);
        screen.Table(
            ["contract", "address", "gas", "code bytes"],
            contracts.Select(contract => (IReadOnlyList<string>)[contract.Name, contract.Address.ToString(), $"{contract.Gas:N0}", $"{contract.CodeSize:N0}"]));
        screen.Say($"AIToken {deployment.Token}; {gas:N0} gas in all; addresses are in {output}");
        screen.Answer(new JsonObject
        {
            ["deployment"] = JsonNode.Parse(deployment.ToJson()),
            ["gas"] = gas,
            ["contracts"] = new JsonArray([.. contracts.Select(contract => (JsonNode)new JsonObject
            {
                ["name"] = contract.Name,
                ["address"] = contract.Address.ToString(),
                ["transaction"] = contract.Transaction.ToString(),
                ["gas"] = contract.Gas,
                ["codeSize"] = contract.CodeSize,
            })]),
        });
        return ExitCode.Done;
    }

    private static DeployPlan Production(
        ImmutableArray<byte[]> measurements,
        ImmutableArray<DeployPlan.TcbPin> floors,
        GpuReferenceSet references,
        bool admitsMeasuredH100,
        TimeSpan delay,
        VotingRules voting,
        BootstrapTerms bootstrap,
        ushort auditShare,
        Address? proposer,
        Address coordinator)
    {
        if (measurements.IsEmpty)
        {
            throw new SurroundingsException("a production deployment needs at least one --measurement: the launch measurement of a guest image that may register.");
        }

        if (floors.IsEmpty || floors.DistinctBy(floor => floor.Product).Count() != floors.Length)
        {
            throw new SurroundingsException(
                "a production deployment needs one --tcb-floor for each product it believes, such as --tcb-floor Genoa=0a00000000001754. Take the least version without known faults from AMD's security bulletins.");
        }

        return DeployPlan.ForProduction(measurements, floors, references, admitsMeasuredH100, delay, voting, bootstrap, auditShare, proposer, coordinator);
    }

    /// <summary>The contract takes a billion AIT at most: what is more is a slip of the finger.</summary>
    private static BootstrapTerms Bootstrap(string upfront, string decaying, TimeSpan halfLife)
    {
        var terms = new BootstrapTerms(Amounts.Parse(upfront), Amounts.Parse(decaying), halfLife);
        return terms.Upfront + terms.Decaying <= BootstrapTerms.Most
            ? terms
            : throw new SurroundingsException(
                $"--bootstrap and --bootstrap-decaying: expected {Amounts.Text(BootstrapTerms.Most)} AIT at most in all, found {Amounts.Text(terms.Upfront + terms.Decaying)}. Lower one.");
    }

    /// <summary>Manifests are believed as of now: whoever deploys later brings current ones.</summary>
    private static GpuReferenceSet References(FileInfo[] drivers, FileInfo[] firmwares)
    {
        GpuReference Read(GpuReferenceKind kind, FileInfo file)
        {
            if (!file.Exists)
            {
                throw new SurroundingsException($"{file.FullName} does not exist: a reference manifest was expected.");
            }

            return ManifestFile.Read(kind, File.ReadAllBytes(file.FullName), file.FullName, TrustRoots.Production, TimeProvider.System.GetUtcNow());
        }

        return new GpuReferenceSet(
        [
            .. drivers.Select(file => Read(GpuReferenceKind.Driver, file)), .. firmwares.Select(file => Read(GpuReferenceKind.Vbios, file)),
        ]);
    }

    private static DeployPlan.TcbPin Floor(string text) => DeployPlan.TcbPin.TryParse(text, out DeployPlan.TcbPin? pin)
        ? pin
        : throw new SurroundingsException($"--tcb-floor wants Milan, Genoa or Turin, an equals sign and 8 bytes of hex, found: '{text}'.");

    private static async Task<DeployPlan> DevelopmentAsync(
        string? folder, ImmutableArray<byte[]> measurements, ushort auditShare, Address? proposer, Address coordinator, CancellationToken cancellation)
    {
        if (folder is null)
        {
            throw new SurroundingsException("a development deployment needs --root DIR: the folder of the emulated hardware whose root it pins.");
        }

        var hardware = new EmulatedHardware(Path.GetFullPath(folder));
        EmulatedRoot root = await hardware.RootAsync(cancellation).ConfigureAwait(false);
        EmulatedGpuVendor gpuVendor = await hardware.GpuVendorAsync(TimeProvider.System.GetUtcNow(), cancellation).ConfigureAwait(false);
        DeployPlan plan = DeployPlan.ForDevelopment(root, gpuVendor, admitsMeasuredH100: false, LocalNetwork.Programs, auditShare, proposer, coordinator);
        return measurements.IsEmpty ? plan : plan with { Measurements = measurements };
    }

    private static byte[] Measurement(string text) =>
        Hex.TryDecode(text.StartsWith("0x", StringComparison.Ordinal) ? text : "0x" + text, out byte[]? bytes) && s_measurementSizes.Contains(bytes.Length)
            ? bytes
            : throw new SurroundingsException($"--measurement wants {string.Join(", ", s_measurementSizes)} bytes of hex (SEV-SNP, TDX, SGX), found: '{text}'.");

    private static Address? Account(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        return Address.TryParse(text, out Address address)
            ? address
            : throw new SurroundingsException($"{option} wants an address such as 0x70997970C51812dc3A010C7d01b50e0d17dc79C8, found: '{text}'.");
    }
}
