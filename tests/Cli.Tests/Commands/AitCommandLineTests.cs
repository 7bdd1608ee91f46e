using Ait.Cli.Commands;

namespace Ait.Cli.Tests.Commands;

public sealed class AitCommandLineTests
{
    /// <summary>Every command of this program with the options its help must name.</summary>
    public static TheoryData<string, string> HelpPromises { get; } = new()
    {
        { "", "demo up redeem key ask queue status devices tasks balance verify deploy publish doctor coordinator collateral miner --json" },
        { "up", "--miners --state --port --rpc-port --audit-share --json" },
        { "demo", "--state --store --json" },
        { "redeem", "AMOUNT WORKLOAD --key --max-new-tokens --state --rpc --coordinator --json" },
        { "credit", "show move complete cancel --json" },
        { "credit move", "WORKLOAD TO --units --key --state --rpc --coordinator --json" },
        { "bond", "show deposit unbond withdraw --json" },
        { "bond deposit", "AMOUNT --as --key --state --rpc --deployment --json" },
        { "letter claim", "FOLDER --key --state --rpc --deployment --json" },
        { "slash canary", "TASK --key --coordinator --state --rpc --deployment --json" },
        { "key", "create list revoke credit deposit --json" },
        { "key create", "NAME --daily --total --key --state --rpc --coordinator --json" },
        { "key deposit", "AMOUNT --key --state --rpc --coordinator --json" },
        { "ask", "PROMPT --api-key --model --max-tokens --temperature --seed --state --rpc --coordinator --json" },
        { "queue", "PROMPT --count --canaries --artifact --threads --key --state --rpc --coordinator --json" },
        { "status", "--state --rpc --coordinator --json" },
        { "devices", "--state --rpc --coordinator --json" },
        { "tasks", "--limit --state --rpc --coordinator --json" },
        { "balance", "ADDRESS --state --rpc --coordinator --json" },
        { "deploy", "--rpc --key --profile --root --measurement --tcb-floor --coordinator --proposer --governance-delay --bootstrap --bootstrap-decaying --bootstrap-half-life --audit-share --out --json" },
        { "doctor", "--json" },
        { "verify", "--manifest --base --json snp" },
        { "publish", "--rpc --key --verifier --quote --collateral --json" },
        { "simulate", "--gpus --operators --cartel --silent --lying --slow --tasks --path --block-gas --block-time --task-seconds --seed --json" },
        { "verify snp", "--report --certificate --crl --at --policy --json" },
    };

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.5", 328)]
    [InlineData("2", 1311)]
    [InlineData("25", 16_384)]
    [InlineData("100", 65_535)]
    [InlineData("100.1", null)]
    [InlineData("-1", null)]
    [InlineData("1,5", null)]
    [InlineData("few", null)]
    public void AuditShare_isReadAsAPercentage(string text, int? expected) => Assert.Equal(expected, AuditShareOption.Parse(text));

    [Theory]
    [InlineData("up")]
    [InlineData("deploy")]
    public async Task AuditShare_isShownAsAPercentageToo(string command) =>
        Assert.Matches(@"--audit-share <PERCENT>[^[]*\[default: 2\]", (await CommandRun.OfAsync([command, "--help"])).Output);

    [Theory]
    [MemberData(nameof(HelpPromises))]
    public async Task Help_namesTheOptionsOfTheCommand(string command, string promises)
    {
        CommandRun run = await CommandRun.OfAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(promises.Split(' '), promise => Assert.Contains(promise, run.Output, StringComparison.Ordinal));
        Assert.Contains("ait", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("doctor --nonsense")]
    [InlineData("doctor surplus")]
    [InlineData("up --miners 2")]
    [InlineData("up --miners many")]
    [InlineData("up --port 0")]
    [InlineData("up --rpc-port 65536")]
    [InlineData("tasks --limit 0")]
    [InlineData("status --rpc ftp://host")]
    [InlineData("status --coordinator not-a-url")]
    [InlineData("deploy --rpc http://127.0.0.1:1 --key k --profile staging")]
    public async Task Run_refusesInOneSentenceIfTheCommandLineIsNotUnderstood(string line)
    {
        CommandRun run = await CommandRun.OfAsync(line.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("ait: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains(line.Split(' ')[^1], run.Errors, StringComparison.Ordinal);
        Assert.Contains("--help", run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("status --state /nowhere/at/all", "ait up")]
    [InlineData("balance 0x12 --state /nowhere/at/all", "0x12")]
    [InlineData("status --rpc http://127.0.0.1:1 --coordinator http://127.0.0.1:1", "no coordinator answers")]
    [InlineData("deploy --rpc http://127.0.0.1:1 --key /nowhere/key", "/nowhere/key")]
    [InlineData("redeem 1.2.3 hello --state /nowhere/at/all", "1.2.3")]
    [InlineData("redeem price hello --state /nowhere/at/all", "ait up")]
    public async Task Run_namesTheRemedyIfTheSurroundingsLackSomething(string line, string named)
    {
        CommandRun run = await CommandRun.OfAsync(line.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_answersInJsonEvenIfTheCommandLineIsNotUnderstood()
    {
        CommandRun run = await CommandRun.OfAsync("doctor", "--json", "--nonsense");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(2, (int?)Assert.Single(run.JsonLines())["exitCode"]);
    }
}
