using Ait.Chain;
using Ait.Miner.Collecting;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Collecting;

/// <summary>Real child processes: small shell scripts in place of a collector.</summary>
public sealed class EvidenceCommandTests : IDisposable
{
    private static readonly byte[] s_reportData = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Task<EvidenceOutcome> Run(string body, TimeSpan? timeout = null, params string[] arguments) =>
        new EvidenceCommand([_folder.Script("collector", body), .. arguments], timeout ?? TimeSpan.FromSeconds(30))
            .CollectAsync(s_reportData, TestContext.Current.CancellationToken);

    private static EvidenceOutcome.Failed Failed(EvidenceOutcome outcome, EvidenceFailure failure)
    {
        EvidenceOutcome.Failed failed = Assert.IsType<EvidenceOutcome.Failed>(outcome);
        Assert.Equal(failure, failed.Failure);
        Assert.NotEmpty(failed.Remedy);
        return failed;
    }

    [Fact]
    public async Task Collect_appendsTheReportDataAndReadsTheAnswer()
    {
        EvidenceOutcome outcome = await Run(
            """
            [ "$1" = "evidence" ] && [ "$2" = "a b" ] && [ "$3" = "--report-data" ] && [ "$#" = 4 ] || exit 9
            echo "noise" >&2
            echo "{\"report\": \"$4\", \"vcek\": \"0x01\", \"ask\": \"02\", \"ark\": \"0x03\", \"note\": 1}"
            """,
            null,
            "evidence",
            "a b");

        CollectedEvidence evidence = Assert.IsType<EvidenceOutcome.Collected>(outcome).Evidence;
        Assert.Equal(s_reportData, evidence.Report);
        Assert.Equal([1], evidence.Vcek);
        Assert.Equal([2], evidence.Ask);
        Assert.Equal([3], evidence.Ark);
    }

    [Fact]
    public async Task Collect_failsIfTheProgramDoesNotExist()
    {
        var command = new EvidenceCommand([_folder.File("none")], TimeSpan.FromSeconds(30));

        Failed(await command.CollectAsync(s_reportData, TestContext.Current.CancellationToken), EvidenceFailure.NotStarted);
    }

    [Fact]
    public async Task Collect_failsIfTheProgramIsNotExecutable()
    {
        var command = new EvidenceCommand([_folder.Write("collector", "#!/bin/sh\n")], TimeSpan.FromSeconds(30));

        Failed(await command.CollectAsync(s_reportData, TestContext.Current.CancellationToken), EvidenceFailure.NotStarted);
    }

    [Fact]
    public async Task Collect_quotesTheLastLineOfStandardErrorIfTheProgramFails()
    {
        EvidenceOutcome.Failed failed = Failed(
            await Run("""
                echo first >&2
                printf 'no such host\033[31m\n' >&2
                echo '{}'
                exit 3
                """),
            EvidenceFailure.ExitedWithError);

        Assert.Equal("The evidence command ended with exit code 3: no such host[31m", failed.Problem);
    }

    [Fact]
    public async Task Collect_endsAProgramThatHangs()
    {
        string pid = _folder.File("pid");
        Failed(await Run($"echo $$ > {pid}\nexec sleep 600", TimeSpan.FromSeconds(2)), EvidenceFailure.TimedOut);

        Assert.True(await EndsAsync(pid));
    }

    [Fact]
    public async Task Collect_endsTheChildrenOfAProgramThatHangs()
    {
        string pid = _folder.File("pid");
        Failed(await Run($"sleep 600 &\necho $! > {pid}\nwait", TimeSpan.FromSeconds(2)), EvidenceFailure.TimedOut);

        Assert.True(await EndsAsync(pid));
    }

    [Fact]
    public async Task Collect_endsAProgramThatFloods()
    {
        Failed(await Run("exec yes"), EvidenceFailure.OutputTooLarge);
    }

    [Fact]
    public async Task Collect_isNotHeldUpByNoiseOnStandardError()
    {
        EvidenceOutcome outcome = await Run(
            """
            head -c 1000000 /dev/zero | tr '\0' 'x' >&2
            echo '{"report":"01","vcek":"01","ask":"02","ark":"03"}'
            """);

        Assert.IsType<EvidenceOutcome.Collected>(outcome);
    }

    [Fact]
    public async Task Collect_endsAProgramThatReadsStandardInput()
    {
        // Standard input is closed: cat ends at once instead of waiting for a person.
        Assert.IsType<EvidenceOutcome.Collected>(await Run("cat\necho '{\"report\":\"01\",\"vcek\":\"01\",\"ask\":\"02\",\"ark\":\"03\"}'"));
    }

    [Fact]
    public async Task Collect_stopsIfCancelled()
    {
        using var stop = new CancellationTokenSource();
        string started = _folder.File("started");
        var command = new EvidenceCommand([_folder.Script("collector", $"touch {started}\nexec sleep 600")], TimeSpan.FromMinutes(5));
        Task<EvidenceOutcome> running = command.CollectAsync(s_reportData, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{} {}")]
    [InlineData("""{"report":"01","report":"01","vcek":"01","ask":"02","ark":"03"}""")]
    public void Read_refusesOutputThatIsNotOneObject(string text) =>
        Failed(EvidenceOutput.Read(System.Text.Encoding.UTF8.GetBytes(text)), EvidenceFailure.OutputNotJson);

    [Theory]
    [InlineData("""{"vcek":"01","ask":"02","ark":"03"}""", "report")]
    [InlineData("""{"report":1,"vcek":"01","ask":"02","ark":"03"}""", "report")]
    [InlineData("""{"report":"01","vcek":"0","ask":"02","ark":"03"}""", "vcek")]
    [InlineData("""{"report":"01","vcek":"01","ask":"","ark":"03"}""", "ask")]
    [InlineData("""{"report":"01","vcek":"01","ask":"02","ark":null}""", "ark")]
    public void Read_namesTheFieldThatIsWrong(string text, string field)
    {
        EvidenceOutcome.Failed failed = Failed(EvidenceOutput.Read(System.Text.Encoding.UTF8.GetBytes(text)), EvidenceFailure.FieldInvalid);

        Assert.Contains($"field {field} ", failed.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_refusesAFieldBeyondItsLimit()
    {
        string text = $$"""{"report":"{{Hex.Encode(new byte[EvidenceOutput.MaxFieldBytes + 1])}}","vcek":"01","ask":"02","ark":"03"}""";

        Failed(EvidenceOutput.Read(System.Text.Encoding.UTF8.GetBytes(text)), EvidenceFailure.FieldInvalid);
    }

    private static async Task<bool> EndsAsync(string pidFile)
    {
        string status = $"/proc/{(await File.ReadAllTextAsync(pidFile)).Trim()}/status";
        for (int looks = 0; looks < 200; looks++)
        {
            // A killed child may still be listed as a zombie until its parent collects it.
            if (!File.Exists(status) || (await File.ReadAllTextAsync(status)).Contains("State:\tZ", StringComparison.Ordinal))
            {
                return true;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return false;
    }
}
