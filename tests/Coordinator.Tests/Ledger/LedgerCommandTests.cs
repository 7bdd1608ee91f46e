using System.IO.Compression;
using System.Text;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Tests.Support;

namespace Ait.Coordinator.Tests.Ledger;

/// <summary>The whole story's ledger copied, moved to the other database and brought back and forth.</summary>
public sealed class LedgerCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-copy-").FullName;

    private string Copy => Path.Combine(_folder, "copy");

    [Fact]
    public async Task Backup_restoresToTheSameLedgerWhileTheCoordinatorRuns()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = await StoryAsync(network);
        Assert.Equal(0, await RunAsync("backup", Copy, "--store", network.Options.Store));
        string moved = Path.Combine(_folder, "moved.db");
        Assert.Equal(0, await RunAsync("restore", Copy, "--store", moved));
        Assert.Equal(Tell(coordinator.Ledger), Tell(moved));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Copy));
        }
    }

    [Fact]
    public async Task Restore_movesALedgerToPostgresAndItsCoordinatorGoesOn()
    {
        string address = PostgresServer.Require().CreateDatabase();
        using var network = new TestNetwork();
        using (RunningCoordinator coordinator = await StoryAsync(network))
        {
            Assert.Equal(0, await RunAsync("backup", Copy, "--store", network.Options.Store));
            Assert.Equal(0, await RunAsync("restore", Copy, "--store", address));
            Assert.Equal(Tell(coordinator.Ledger), Tell(address));
        }

        string before = network.Options.Store;
        network.Options = network.Options with { Store = address };
        using (RunningCoordinator moved = network.Start())
        {
            moved.Queue(TestNetwork.Workload(7)); // New keys go on after the old ones.
            await SettleAsync(network, moved, 3);
        }

        network.Options = network.Options with { Store = before };
        PostgresServer.Require().DropDatabase(address);
    }

    [Fact]
    public async Task Restore_refusesWhatIsNotEmptyAndLeavesItAsItWas()
    {
        using var network = new TestNetwork();
        using (RunningCoordinator coordinator = await StoryAsync(network))
        {
            Assert.Equal(0, await RunAsync("backup", Copy, "--store", network.Options.Store));
        }

        string before = Tell(network.Options.Store);
        Assert.Equal(1, await RunAsync("restore", Copy, "--store", network.Options.Store));
        Assert.Equal(before, Tell(network.Options.Store));
    }

    [Fact]
    public async Task Restore_refusesACopyThatWasCutOrChanged()
    {
        using var network = new TestNetwork();
        using (RunningCoordinator coordinator = await StoryAsync(network))
        {
            Assert.Equal(0, await RunAsync("backup", Copy, "--store", network.Options.Store));
        }

        string text = Unpack(Copy);
        string[] lines = text.TrimEnd('\n').Split('\n');
        string[] broken =
        [
            string.Empty,
            "{}\n",
            "[1]\n",
            text[..^20],
            string.Join('\n', lines[..^1]) + "\n",
            string.Join('\n', lines.Where((_, index) => index != 3)) + "\n",
            text.Replace("\"tasks\"", "\"sqlite_master\"", StringComparison.Ordinal),
            text.Replace("\"schema\":", "\"schema\":9", StringComparison.Ordinal),
            text + "[1]\n",
        ];
        foreach (string content in broken)
        {
            string file = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
            using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest))
            {
                packed.Write(Encoding.UTF8.GetBytes(content));
            }

            Assert.Equal(1, await RunAsync("restore", file, "--store", Path.Combine(_folder, "new.db")));
            Assert.False(File.Exists(Path.Combine(_folder, "new.db")));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Migrate_losesNothingOnTheWayBackAndForth(bool isPostgres)
    {
        string address = isPostgres ? PostgresServer.Require().CreateDatabase() : Path.Combine(_folder, "story.db");
        using var network = new TestNetwork();
        using (RunningCoordinator coordinator = await StoryAsync(network))
        {
            // One task with a seat that has committed, one that is leased and has its letter, one that nobody has asked for.
            coordinator.Queue(TestNetwork.Workload(3));
            TaskRow task = (await coordinator.SeatAsync())[^1];
            IReadOnlyList<TestMiner> seats = coordinator.Seated(task);
            coordinator.Mine([seats[0]]);
            TestMiner asker = seats[1];
            coordinator.Dispatch.Lease(asker.GpuId, asker.EnclaveKey.Address, 1, TimeSpan.FromMinutes(1));
            coordinator.Dispatch.Acknowledge(asker.GpuId, [task.TaskKey], asker.EnclaveKey.Address, TimeSpan.FromMinutes(1));
            Assert.Equal(2, coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM open_seats")));
            Assert.Equal(0, await RunAsync("backup", Copy, "--store", network.Options.Store));
        }

        Assert.Equal(0, await RunAsync("restore", Copy, "--store", address));
        string before = Tell(address);
        int newest = LedgerSchema.Migrations.Count;
        Assert.Equal(0, await RunAsync("migrate", $"{newest - 1}", "--store", address));
        Assert.Equal(0, await RunAsync("migrate", $"{newest}", "--store", address));
        Assert.Equal(before, Tell(address));
        if (isPostgres)
        {
            PostgresServer.Require().DropDatabase(address);
        }
    }

    [Fact]
    public async Task Migrate_goesBackAndForthAndVersionTells()
    {
        string file = Path.Combine(_folder, "ledger.db");
        SqliteLedger.Open(file, TimeProvider.System).Dispose();
        Assert.Equal(0, await RunAsync("migrate", "1", "--store", file));
        Assert.Contains("schema version 1,", await TellAsync("version", "--store", file), StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync("migrate", "99", "--store", file));
    }

    [Theory]
    [InlineData("backup", "x")]
    [InlineData("paint", "x", "--store", "y")]
    [InlineData("migrate", "one", "--store", "y")]
    public async Task Command_refusesWhatItDoesNotKnow(params string[] arguments) => Assert.Equal(2, await RunAsync(arguments));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<RunningCoordinator> StoryAsync(TestNetwork network)
    {
        RunningCoordinator coordinator = network.Start();
        coordinator.Queue(TestNetwork.Workload(1), TestNetwork.Workload(2));
        await SettleAsync(network, coordinator, 2);
        return coordinator;
    }

    private static async Task SettleAsync(TestNetwork network, RunningCoordinator coordinator, int tasks)
    {
        for (int round = 0; round < 90 && network.Chain.SettledTasks < tasks; round++)
        {
            await coordinator.RoundsAsync();
            coordinator.Mine(network.Miners);
            network.Manual.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(tasks, network.Chain.SettledTasks);
    }

    private static string Tell(string store)
    {
        using LedgerDatabase ledger = LedgerDatabase.Open(store, TimeProvider.System, LedgerUse.Read);
        return Tell(ledger);
    }

    /// <summary>Every row of every table, in an order of its own.</summary>
    private static string Tell(LedgerDatabase ledger) => ledger.Read(transaction => string.Join('\n', LedgerSchema.Tables(LedgerSchema.Migrations.Count).Select(table =>
        $"{table}: {string.Join(" | ", transaction.Query($"SELECT * FROM {table}", row => string.Join(",", Enumerable.Range(0, row.FieldCount).Select(column => row.GetValue(column) switch
        {
            byte[] bytes => Convert.ToHexString(bytes),
            object value => value.ToString(),
        }))).Order(StringComparer.Ordinal))}")));

    private static string Unpack(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private static async Task<int> RunAsync(params string[] arguments)
    {
        using var text = new StringWriter();
        return await LedgerCommand.RunAsync(arguments, text, text, TimeProvider.System);
    }

    private static async Task<string> TellAsync(params string[] arguments)
    {
        using var text = new StringWriter();
        Assert.Equal(0, await LedgerCommand.RunAsync(arguments, text, text, TimeProvider.System));
        return text.ToString();
    }
}
