using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Tests.Support;
using Npgsql;

namespace Ait.Coordinator.Tests.Ledger;

/// <summary>A real server on loopback; skipped, with the reason, where there is none.</summary>
public sealed class PostgresLedgerTests : IDisposable
{
    private readonly string _address = PostgresServer.Require().CreateDatabase();

    [Fact]
    public async Task Leadership_isOneReplicasAndGoesOverWhenItEnds()
    {
        using LedgerDatabase first = Open();
        long term = await TermAsync(first);
        using (LedgerDatabase second = Open())
        {
            first.Write("test", transaction => transaction.Record("kind", null, "both read and write"));
            Assert.Equal(1, Events(second));
            await Task.Delay(1500, TestContext.Current.CancellationToken); // Longer than a beat: it has asked for the lock.
            Assert.Null(second.Leadership.Term);
            first.Dispose();
            Assert.True(await TermAsync(second) > term);
        }
    }

    [Fact]
    public async Task Write_ofALeaderIsRefusedOnceAnotherLeads()
    {
        using LedgerDatabase ledger = Open();
        long term = await TermAsync(ledger);
        await Task.Run(() =>
        {
            LedgerDatabase.ActInTerm(term);
            ledger.Write("test", transaction => transaction.Record("kind", null, "still leads"));
            LedgerDatabase.ActInTerm(term - 1);
            LedgerException fault = Assert.Throws<LedgerException>(() => ledger.Write("test", transaction => transaction.Record("kind", null, "too late")));
            Assert.Contains("Another replica leads", fault.Message, StringComparison.Ordinal);
        }, TestContext.Current.CancellationToken);
        Assert.Equal(1, Events(ledger));
    }

    [Theory]
    [InlineData("open_seats")]
    [InlineData("tasks")]
    public void Open_leavesRoomForUpdatesBesideTheRowsOf(string table)
    {
        using LedgerDatabase ledger = Open();
        string? options = ledger.Read(transaction => transaction.First("SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = $1::regclass", row => row.GetString(0), table));
        Assert.Equal("fillfactor=50", options);
    }

    [Fact]
    public void Statements_areNotCompiledForEachCall()
    {
        using LedgerDatabase ledger = Open();
        string plan = ledger.ReadOne(transaction => string.Concat(transaction.Query("EXPLAIN SELECT term FROM leadership", row => row.GetString(0))));
        Assert.DoesNotContain("JIT", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Connections_waitInTheKernelForAnAnswer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only where sockets are told so as Linux has it.");
        var url = new Uri(_address);
        using var connection = new NpgsqlConnection($"Host={url.Host};Port={url.Port};Database={url.AbsolutePath[1..]};Username={url.UserInfo};Pooling=false");
        connection.Open();
        Assert.True(KernelWait.TryUse(connection), "Npgsql no longer keeps its socket where it is looked for.");
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = "SELECT 7 FROM pg_sleep(0.1)";
        Assert.Equal(7, command.ExecuteScalar());
    }

    [Fact]
    public void Read_isGivenUpWhenTheServerDoesNotAnswer()
    {
        using LedgerDatabase ledger = LedgerDatabase.Open(_address + "?Command Timeout=1", TimeProvider.System);
        LedgerException fault = Assert.Throws<LedgerException>(() => ledger.ReadOne(transaction => transaction.Number("SELECT 1 FROM pg_sleep(600)")));
        Assert.Contains("cannot be reached", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, Events(ledger));
    }

    [Fact]
    public async Task Read_isToldWhenTheServerEndsItsConnection()
    {
        using LedgerDatabase ledger = Open();
        Task<long> asked = Task.Run(() => ledger.ReadOne(transaction => transaction.Number("SELECT 1 FROM pg_sleep(600)")), TestContext.Current.CancellationToken);
        while (ledger.Read(transaction => transaction.Number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'")) == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        PostgresServer.Require().CutConnections(_address);
        await Assert.ThrowsAsync<LedgerException>(() => asked);
        Assert.Equal(0, Events(ledger));
    }

    [Fact]
    public async Task Write_runsAgainUntilRivalsAgree()
    {
        using LedgerDatabase ledger = Open();
        ledger.Write("test", transaction => transaction.Execute("INSERT INTO network (name, value) VALUES ('counter', '0')"));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 10; i++)
            {
                ledger.Write("count", transaction =>
                {
                    int number = int.Parse(transaction.First("SELECT value FROM network WHERE name = 'counter'", row => row.GetString(0))!, System.Globalization.CultureInfo.InvariantCulture);
                    transaction.Execute("UPDATE network SET value = $1 WHERE name = 'counter'", (number + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
                });
            }
        })));
        Assert.Equal("40", ledger.Read(transaction => transaction.First("SELECT value FROM network WHERE name = 'counter'", row => row.GetString(0))));
    }

    [Fact]
    public void Write_leavesNothingBehindIfItFails()
    {
        using LedgerDatabase ledger = Open();
        Assert.Throws<KillException>(() => ledger.Write("test", transaction =>
        {
            transaction.Record("kind", null, "detail");
            throw new KillException();
        }));
        Assert.Equal(0, Events(ledger));
        Assert.Throws<LedgerException>(() => ledger.Write("test", transaction => transaction.Execute(
            "INSERT INTO canaries (task_key, answer) VALUES (1, $1)", Hash256.Zero)));
        ledger.Write("test", transaction => transaction.Record("kind", null, "detail"));
        Assert.Equal(1, Events(ledger));
    }

    [Fact]
    public void Ledger_isNotAskedAgainByWorkThatHasATransaction()
    {
        using LedgerDatabase ledger = Open();
        Assert.Throws<InvalidOperationException>(() => ledger.Write("test", _ => Events(ledger)));
        Assert.Throws<InvalidOperationException>(() => ledger.Read(_ => ledger.ReadOne(transaction => transaction.Number("SELECT 1"))));
        Assert.Equal(0, Events(ledger));
    }

    [Fact]
    public void Write_failsAsAWholeByWhatWasPutOff()
    {
        using LedgerDatabase ledger = Open();
        Assert.Throws<LedgerException>(() => ledger.Write("test", transaction =>
        {
            transaction.Record("kind", null, "detail");
            transaction.Later("INSERT INTO canaries (task_key, answer) VALUES (1, $1)", Hash256.Zero);
            transaction.Record("kind", null, "detail");
        }));
        Assert.Equal(0, Events(ledger));

        // Also where it travels with the end of a transaction that is under way.
        Assert.Throws<LedgerException>(() => ledger.Write("test", transaction =>
        {
            Assert.Equal(0, transaction.Number("SELECT count(*) FROM events"));
            transaction.Record("kind", null, "detail");
            transaction.Later("INSERT INTO canaries (task_key, answer) VALUES (1, $1)", Hash256.Zero);
        }));
        Assert.Equal(0, Events(ledger));
        ledger.Write("test", transaction => transaction.Record("kind", null, "detail"));
        Assert.Equal(1, Events(ledger));
    }

    [Fact]
    public void Write_seesWhatWasPutOffBeforeAndAnswersEachQuestionWithItsOwn()
    {
        using LedgerDatabase ledger = Open();
        RowSet names = RowSet.Of("name", RowKind.Text, ["one", "two", "three"]);
        (List<long> none, List<long> both, List<string> found) = ledger.Write("test", transaction =>
        {
            List<long> before = transaction.QueryLater("SELECT count(*) FROM network", row => row.GetInt64(0));
            transaction.Later("INSERT INTO network (name, value) SELECT v.name, 'first' FROM {rows}", names);
            List<long> after = transaction.QueryLater("SELECT count(*) FROM network", row => row.GetInt64(0));
            transaction.Later("UPDATE network SET value = $1 WHERE name = $2", "second", "two");
            List<string> values = transaction.QueryLater(
                "SELECT n.name || ' ' || n.value FROM {rows} JOIN network n ON n.name = v.name ORDER BY n.name", names, row => row.GetString(0));
            Assert.Equal(3, transaction.Number("SELECT count(*) FROM network"));
            return (before, after, values);
        });
        Assert.Equal([0], none);
        Assert.Equal([3], both);
        Assert.Equal(["one first", "three first", "two second"], found);
    }

    [Fact]
    public void WriteAlone_isThereOnceAfterTheServerCutEveryConnectionAndNotAtAllIfKilledBefore()
    {
        using LedgerDatabase ledger = Open();
        void Write() => ledger.Write("test", transaction => transaction.Record("kind", null, "detail"), WriteIsolation.Alone);
        Write();
        PostgresServer.Require().CutConnections(_address);
        Write();
        Assert.Equal(2, Events(ledger));
        ledger.CommitBoundary = boundary => throw new KillException();
        Assert.Throws<KillException>(Write);
        ledger.CommitBoundary = null;
        Assert.Equal(2, Events(ledger));
        Write();
        Assert.Equal(3, Events(ledger));
    }

    [Fact]
    public async Task Ledger_goesOnAfterTheServerCutEveryConnection()
    {
        using LedgerDatabase ledger = Open();
        long term = await TermAsync(ledger);
        ledger.Write("test", transaction => transaction.Record("kind", null, "before"));
        PostgresServer.Require().CutConnections(_address);
        ledger.Write("test", transaction => transaction.Record("kind", null, "after"));
        Assert.Equal(2, Events(ledger));
        while (await TermAsync(ledger) == term)
        {
            await ledger.Leadership.Changed; // Lost with its connection, and taken again.
        }
    }

    [Fact]
    public async Task Announce_isHeardByTheOtherReplicasOnly()
    {
        using LedgerDatabase first = Open();
        using LedgerDatabase second = Open();
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        first.Heard = _ => heard.TrySetException(new InvalidOperationException("heard by the one who said it"));
        second.Heard = signal => heard.TrySetResult(signal);
        while (!heard.Task.IsCompleted)
        {
            first.Announce("Queued"); // Until the other one listens.
            await Task.WhenAny(heard.Task, Task.Delay(50, TestContext.Current.CancellationToken));
        }

        Assert.Equal("Queued", await heard.Task);
    }

    [Fact]
    public void Open_refusesALedgerOfANewerProgram()
    {
        using (LedgerDatabase ledger = Open())
        {
            ledger.Write("test", transaction => transaction.Execute("INSERT INTO schema_versions (version, applied_at) VALUES (99, 0)"));
        }

        Assert.Contains("schema version 99", Assert.Throws<LedgerException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_goesBackToAnySchemaVersionAndForthAgain()
    {
        for (int version = LedgerSchema.Migrations.Count; version >= 0; version--)
        {
            Open(version).Dispose();
        }

        using LedgerDatabase ledger = Open();
        Assert.Equal(0, Events(ledger));
    }

    [Theory]
    [InlineData("postgres://127.0.0.1", "malformed")]
    [InlineData("postgres://user@127.0.0.1:1/ledger", "cannot be reached")]
    [InlineData("postgres://user@127.0.0.1:1/ledger?colour=red", "'colour'")]
    [InlineData("postgres://user@127.0.0.1:1/ledger?Maximum Pool Size=many", "'Maximum Pool Size'")]
    [InlineData("postgres://user@127.0.0.1:1/ledger?Maximum Pool Size=0", "'Maximum Pool Size'")]
    public void Open_saysWhatIsWrongWithAnAddress(string address, string word) =>
        Assert.Contains(word, Assert.Throws<LedgerException>(() => LedgerDatabase.Open(address, TimeProvider.System)).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_namesAMissingDatabaseAndNoPassword()
    {
        var url = new UriBuilder(_address) { Path = "/nowhere", Password = "secret" };
        string message = Assert.Throws<LedgerException>(() => LedgerDatabase.Open(url.Uri.ToString(), TimeProvider.System)).Message;
        Assert.Contains("does not exist", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    public void Dispose() => PostgresServer.Require().DropDatabase(_address);

    private static long Events(LedgerDatabase ledger) => ledger.Read(transaction => transaction.Number("SELECT count(*) FROM events"));

    private static async Task<long> TermAsync(LedgerDatabase ledger)
    {
        while (true)
        {
            Task changed = ledger.Leadership.Changed;
            if (ledger.Leadership.Term is long term)
            {
                return term;
            }

            await changed.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    private LedgerDatabase Open(int? version = null) =>
        LedgerDatabase.Open(_address, TimeProvider.System, version is null ? LedgerUse.Serve : LedgerUse.Maintain, version);
}
