using Ait.Miner.Collecting;
using Ait.Miner.Configuring;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;

namespace Ait.Miner.Tests.Configuring;

public sealed class OptionsReaderTests
{
    private const string Uuid = "6a7f00112233445566778899aabbccdd";
    private static readonly string s_measurement = "0x" + new string('a', 96);
    private static readonly Dictionary<string, string> s_noEnvironment = [];

    private static Dictionary<string, string> Flags() => new()
    {
        ["--rpc"] = "http://127.0.0.1:8545",
        ["--coordinator"] = "http://127.0.0.1:8080",
        ["--operator-key"] = "operator.key",
        ["--evidence-command"] = "collector evidence --root 'a b'",
        ["--gpu-uuid"] = Uuid,
        ["--class"] = "H100",
        ["--measurement"] = s_measurement,
    };

    private static string[] Line(Dictionary<string, string> flags) => [.. flags.SelectMany(pair => new[] { pair.Key, pair.Value })];

    private static OptionsOutcome Read(params string[] arguments) => OptionsReader.Read(arguments, s_noEnvironment);

    private static MinerOptions Accepted(OptionsOutcome outcome) => outcome switch
    {
        OptionsOutcome.Accepted accepted => accepted.Options,
        OptionsOutcome.Refused refused => throw new InvalidOperationException(string.Join('\n', refused.Faults)),
        _ => throw new InvalidOperationException(outcome.ToString()),
    };

    private static OptionFault[] Faults(OptionsOutcome outcome) => [.. Assert.IsType<OptionsOutcome.Refused>(outcome).Faults];

    [Fact]
    public void Read_acceptsFlags()
    {
        MinerOptions options = Accepted(Read(Line(Flags())));

        Assert.Equal(new Uri("http://127.0.0.1:8545"), options.Rpc);
        Assert.Equal(["collector", "evidence", "--root", "a b"], options.EvidenceCommand);
        Assert.Equal(DeviceClass.H100, options.Class);
        Assert.Equal(Convert.FromHexString(Uuid), options.GpuUuid);
        Assert.Equal(48, options.Measurement.Length);
        Assert.Equal(TimeSpan.FromSeconds(60), options.EvidenceTimeout);
        Assert.Equal(4, options.MaxSeats);
        Assert.False(options.Json);
        Assert.Null(options.DeploymentFile);
    }

    [Fact]
    public void Read_tellsTheServiceEverySettingAsAFlagWithFullPaths()
    {
        Dictionary<string, string> environment = new() { ["AIT_MINER_STATE"] = "state" };
        OptionsOutcome.Service asked = Assert.IsType<OptionsOutcome.Service>(
            OptionsReader.Read(["service", "install", .. Line(Flags()), "--unit-dir", "units", "--max-seats=7"], environment));

        Assert.Equal(MinerCommand.ServiceInstall, asked.Command);
        Assert.Equal(Path.GetFullPath("units"), asked.Folder);
        string line = string.Join(' ', asked.Arguments);
        Assert.Contains($"--operator-key {Path.GetFullPath("operator.key")} ", line, StringComparison.Ordinal);
        Assert.Contains($"--state {Path.GetFullPath("state")} ", line, StringComparison.Ordinal);
        Assert.Contains("--max-seats 7", line, StringComparison.Ordinal);
        Assert.DoesNotContain("--unit-dir", line, StringComparison.Ordinal);

        // The flags alone come to the same options, whatever the environment says.
        MinerOptions again = Accepted(Read([.. asked.Arguments]));
        Assert.Equal(asked.Options! with { EvidenceCommand = [], GpuUuid = [], Measurement = [], Coordinators = [], GpuEvidenceCommand = [], OperatorKeyFile = "", StateDirectory = "" },
            again with { EvidenceCommand = [], GpuUuid = [], Measurement = [], Coordinators = [], GpuEvidenceCommand = [], OperatorKeyFile = "", StateDirectory = "" });
    }

    [Theory]
    [InlineData("service needs to know what to do", "service")]
    [InlineData("service needs to know what to do", "service", "start")]
    [InlineData("--gpu-uuid is missing", "service", "status")]
    [InlineData("--rpc is missing", "service", "install", "--gpu-uuid", Uuid)]
    public void Read_refusesAServiceItIsNotToldEnoughOf(string fault, params string[] arguments) =>
        Assert.Contains(Faults(Read(arguments)), found => found.ToString().Replace(":", string.Empty, StringComparison.Ordinal).Contains(fault, StringComparison.Ordinal));

    [Fact]
    public void Read_acceptsEqualsSignAndFlagWithoutValue()
    {
        MinerOptions options = Accepted(Read([.. Line(Flags()), "--max-seats=7", "--json"]));

        Assert.Equal(7, options.MaxSeats);
        Assert.True(options.Json);
    }

    [Theory]
    [InlineData("GPU-6a7f0011-2233-4455-6677-8899aabbccdd")]
    [InlineData("0x6a7f00112233445566778899AABBCCDD")]
    public void Read_acceptsEverySpellingOfTheGpuUuid(string text)
    {
        Dictionary<string, string> flags = Flags();
        flags["--gpu-uuid"] = text;

        Assert.Equal(Convert.FromHexString(Uuid), Accepted(Read(Line(flags))).GpuUuid);
    }

    [Fact]
    public void Read_takesFlagBeforeEnvironmentBeforeFile()
    {
        using var folder = new TemporaryFolder();
        string config = folder.Write("miner.json", """{"maxSeats": 1, "drainTimeout": "1s", "evidenceTimeout": "1s", "json": true}""");
        var environment = new Dictionary<string, string>
        {
            ["AIT_MINER_CONFIG"] = config,
            ["AIT_MINER_MAX_SEATS"] = "2",
            ["AIT_MINER_DRAIN_TIMEOUT"] = "2s",
            ["PATH"] = "/bin",
        };

        MinerOptions options = Accepted(OptionsReader.Read([.. Line(Flags()), "--max-seats", "3"], environment));

        Assert.Equal(3, options.MaxSeats);
        Assert.Equal(TimeSpan.FromSeconds(2), options.DrainTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), options.EvidenceTimeout);
        Assert.True(options.Json);
    }

    [Theory]
    [InlineData(null, EvidenceChoice.Auto)]
    [InlineData("auto", EvidenceChoice.Auto)]
    [InlineData("configfs", EvidenceChoice.Configfs)]
    [InlineData("sev-guest", EvidenceChoice.SevGuest)]
    [InlineData("gramine", EvidenceChoice.Gramine)]
    public void Read_needsNoCommandWhereTheMachineGivesEvidence(string? evidence, object expected)
    {
        Dictionary<string, string> flags = Flags();
        flags.Remove("--evidence-command");
        if (evidence is not null)
        {
            flags["--evidence"] = evidence;
        }

        MinerOptions options = Accepted(Read(Line(flags)));

        Assert.Equal((EvidenceChoice)expected, options.Evidence);
        Assert.Empty(options.EvidenceCommand);
    }

    [Fact]
    public void Read_refusesACommandThatIsNotNamed()
    {
        Dictionary<string, string> flags = Flags();
        flags.Remove("--evidence-command");
        flags["--evidence"] = "command";

        Assert.Equal("--evidence", Assert.Single(Faults(Read(Line(flags)))).Source);
    }

    [Fact]
    public void Read_refusesACommandThatIsNotUsed()
    {
        Dictionary<string, string> flags = Flags();
        flags["--evidence"] = "configfs";

        Assert.Equal("--evidence-command", Assert.Single(Faults(Read(Line(flags)))).Source);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    public void Read_takesTheMeasurementOfAnEnclaveOrATrustDomain(int size)
    {
        Dictionary<string, string> flags = Flags();
        flags["--measurement"] = new string('a', 2 * size);

        Assert.Equal(size, Accepted(Read(Line(flags))).Measurement.Length);
    }

    [Fact]
    public void Read_reportsEveryMissingSettingAtOnce()
    {
        OptionFault[] faults = Faults(Read());

        Assert.Equal(["--rpc", "--coordinator", "--operator-key", "--gpu-uuid", "--class", "--measurement"], faults.Select(fault => fault.Source));
        Assert.All(faults, fault => Assert.Contains(OptionDefinition.EnvironmentPrefix, fault.Remedy, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_reportsEveryFaultOfEverySourceAtOnce()
    {
        using var folder = new TemporaryFolder();
        string config = folder.Write("miner.json", """{"gpuUUID": "x", "maxSeats": [1]}""");
        Dictionary<string, string> flags = Flags();
        flags["--rpc"] = "ftp://x";
        flags["--config"] = config;
        var environment = new Dictionary<string, string> { ["AIT_MINER_RCP"] = "x" };

        OptionFault[] faults = Faults(OptionsReader.Read([.. Line(flags), "--bogus"], environment));

        Assert.Equal(["--bogus", "AIT_MINER_RCP", $"{config}: gpuUUID", $"{config}: maxSeats", "--rpc"], faults.Select(fault => fault.Source));
    }

    [Theory]
    [InlineData("--rpc", "127.0.0.1:8545")]
    [InlineData("--rpc", "http://user:secret@host/")]
    [InlineData("--coordinator", "http://host/?x=1")]
    [InlineData("--evidence", "tpm")]
    [InlineData("--evidence-command", "  ")]
    [InlineData("--evidence-command", "collector 'unclosed")]
    [InlineData("--evidence-command", "collector \\")]
    [InlineData("--gpu-uuid", "6a7f")]
    [InlineData("--gpu-uuid", "00000000000000000000000000000000")]
    [InlineData("--class", "H200")]
    [InlineData("--class", "None")]
    [InlineData("--class", "1")]
    [InlineData("--measurement", "zz")]
    [InlineData("--max-seats", "0")]
    [InlineData("--max-seats", "17")]
    [InlineData("--max-seats", "+1")]
    [InlineData("--evidence-timeout", "0s")]
    [InlineData("--evidence-timeout", "11m")]
    [InlineData("--evidence-timeout", "60")]
    [InlineData("--drain-timeout", "2h")]
    [InlineData("--operator-key", " ")]
    public void Read_refusesAValueOutOfItsForm(string flag, string value)
    {
        Dictionary<string, string> flags = Flags();
        flags[flag] = value;

        OptionFault fault = Assert.Single(Faults(Read(Line(flags))));

        Assert.Equal(flag, fault.Source);
        Assert.NotEmpty(fault.Remedy);
    }

    [Fact]
    public void Read_refusesAFlagGivenTwice() =>
        Assert.Contains(Faults(Read([.. Line(Flags()), "--class", "A100"])), fault => fault.Problem == "is given twice.");

    [Fact]
    public void Read_refusesAFlagWithoutItsValue() =>
        Assert.Contains(Faults(Read([.. Line(Flags()), "--state", "--json"])), fault => fault is { Source: "--state", Problem: "has no value." });

    [Fact]
    public void Read_refusesAnUnknownCommand() =>
        Assert.Contains(Faults(Read(["dig", .. Line(Flags())])), fault => fault.Source == "dig");

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"rpc": "http://a", "rpc": "http://b"}""")]
    [InlineData("""{"json": "yes"}""")]
    [InlineData("""{"config": "x"}""")]
    public void Read_refusesAMalformedConfigurationFile(string text)
    {
        using var folder = new TemporaryFolder();
        string config = folder.Write("miner.json", text);

        Assert.StartsWith(config, Assert.Single(Faults(Read([.. Line(Flags()), "--config", config]))).Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_refusesAMissingConfigurationFile() =>
        Assert.Contains("cannot be read", Assert.Single(Faults(Read([.. Line(Flags()), "--config", "/nonexistent/miner.json"]))).Problem, StringComparison.Ordinal);

    [Fact]
    public void Read_namesTheCommand()
    {
        Assert.Equal(MinerCommand.Doctor, Assert.IsType<OptionsOutcome.Accepted>(Read(["doctor", .. Line(Flags())])).Command);
        Assert.Equal(MinerCommand.Mine, Assert.IsType<OptionsOutcome.Accepted>(Read(Line(Flags()))).Command);
        Assert.Equal(MinerCommand.Help, Assert.IsType<OptionsOutcome.Information>(Read("doctor", "--help")).Command);
        Assert.Equal(MinerCommand.Version, Assert.IsType<OptionsOutcome.Information>(Read("--version")).Command);
    }

    [Fact]
    public void Usage_namesEveryOption() =>
        Assert.All(Options.All, definition => Assert.Contains(definition.Flag, Options.Usage(), StringComparison.Ordinal));
}
