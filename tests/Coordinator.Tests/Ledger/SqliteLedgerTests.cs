using Ait.Chain;
using Ait.Chain.Transactions;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Tests.Support;

namespace Ait.Coordinator.Tests.Ledger;

public sealed class SqliteLedgerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-ledger-").FullName;

    private string File => Path.Combine(_folder, "sub", "ledger.db");

    [Fact]
    public void Open_refusesASecondOwner()
    {
        using SqliteLedger ledger = Open();
        LedgerException fault = Assert.Throws<LedgerException>(Open);
        Assert.Contains("in use", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_refusesWhatIsNotALedger()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, new string('x', 5000));
        Assert.Contains("not a sound ledger", Assert.Throws<LedgerException>(Open).Message, StringComparison.Ordinal);
        System.IO.File.Delete(File);
        Open().Dispose(); // The refused attempt holds nothing.
    }

    [Fact]
    public void Open_refusesALedgerOfANewerProgram()
    {
        using (SqliteLedger ledger = Open())
        {
            ledger.Write("test", transaction => transaction.Execute("INSERT INTO schema_versions (version, applied_at) VALUES (99, 0)"));
        }

        Assert.Contains("schema version 99", Assert.Throws<LedgerException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_refusesAPathThatCannotBeWritten() =>
        Assert.Throws<LedgerException>(() => SqliteLedger.Open("/proc/no/such/ledger.db", TimeProvider.System));

    [Fact]
    public void Open_goesBackToAnySchemaVersionAndForthAgain()
    {
        for (int version = LedgerSchema.Migrations.Count; version >= 0; version--)
        {
            SqliteLedger.Open(File, TimeProvider.System, LedgerUse.Maintain, version).Dispose();
        }

        using SqliteLedger ledger = Open();
        Assert.Equal(0, Events(ledger));
        Assert.Contains("no schema version 99", Assert.Throws<LedgerException>(() => SqliteLedger.Open(File + "2", TimeProvider.System, LedgerUse.Maintain, 99)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Look_beginsWithTheSeatsThatAreAskedAfter()
    {
        using SqliteLedger ledger = Open();
        List<string> plan = ledger.Read(transaction => transaction.Query(
            "EXPLAIN QUERY PLAN " + CollectionStore.OwnSeats, RowSet.Of("task_key", RowKind.Number, [1L]), row => row.GetString(3), Hash256.Zero));
        Assert.Contains("json_each", plan[0], StringComparison.Ordinal);
        Assert.All(plan.Skip(1), step => Assert.StartsWith("SEARCH", step, StringComparison.Ordinal));
    }

    [Fact]
    public void BindTo_refusesAnotherNetwork()
    {
        using SqliteLedger ledger = Open();
        ledger.BindTo(1, Address.Zero);
        ledger.BindTo(1, Address.Zero);
        Assert.Throws<LedgerException>(() => ledger.BindTo(2, Address.Zero));
        Assert.Throws<LedgerException>(() => ledger.BindTo(1, new Address([.. new byte[19], 1])));
    }

    [Fact]
    public void Write_leavesNothingBehindIfItFails()
    {
        using SqliteLedger ledger = Open();
        Assert.Throws<KillException>(() => ledger.Write("test", transaction =>
        {
            transaction.Record("kind", null, "detail");
            throw new KillException();
        }));
        Assert.Equal(0, Events(ledger));
        ledger.Write("test", transaction => transaction.Record("kind", null, "detail"));
        Assert.Equal(1, Events(ledger));
    }

    [Fact]
    public void Write_isDurableAndStrict()
    {
        using (SqliteLedger ledger = Open())
        {
            Assert.Equal("wal", ledger.Read(transaction => transaction.First("PRAGMA journal_mode", row => row.GetString(0))));
            Assert.Equal(2, ledger.Read(transaction => transaction.Number("PRAGMA synchronous"))); // FULL
            Assert.Equal(1, ledger.Read(transaction => transaction.Number("PRAGMA foreign_keys")));
            Assert.Throws<LedgerException>(() => ledger.Write("test", transaction => transaction.Execute(
                "INSERT INTO commitments (task_key, seat, commitment, signer, received_at) VALUES (1, 0, $1, $2, 0)", Hash256.Zero, Address.Zero)));
            ledger.Write("test", transaction => transaction.Record("kind", null, "detail"));
        }

        using SqliteLedger again = Open();
        Assert.Equal(1, Events(again));
    }

    [Fact]
    public async Task Read_seesOneSnapshotWhileOthersWrite()
    {
        using SqliteLedger ledger = Open();
        Task[] writers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 25; i++)
            {
                ledger.Write("pair", transaction =>
                {
                    transaction.Record("a", null, "x");
                    transaction.Record("b", null, "x");
                });
            }
        }))];
        while (!Task.WhenAll(writers).IsCompleted)
        {
            Assert.Equal(0, Events(ledger) % 2);
            await Task.Yield();
        }

        Assert.Equal(200, Events(ledger));
    }

    [Fact]
    public async Task Write_thatFailsTakesNothingBackOfThoseThatShareItsFlush()
    {
        using SqliteLedger ledger = Open();
        using var holding = new ManualResetEventSlim();
        using var held = new ManualResetEventSlim();
        Task first = Task.Run(() => ledger.Write("hold", _ =>
        {
            held.Set();
            holding.Wait(TestContext.Current.CancellationToken);
        }), TestContext.Current.CancellationToken);
        held.Wait(TestContext.Current.CancellationToken);

        // All of these wait for the writer and go together when it is free.
        Task[] others = [.. Enumerable.Range(0, 20).Select(number => Task.Factory.StartNew(
            () => ledger.Write("one", transaction =>
            {
                transaction.Record("kind", null, $"{number}");
                if (number % 3 == 0)
                {
                    throw new KillException($"{number}");
                }

                if (number % 3 == 1)
                {
                    transaction.Execute("INSERT INTO no_such_table VALUES (1)");
                }
            }),
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        holding.Set();
        await first;
        await Task.WhenAll(others).ContinueWith(_ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
        for (int number = 0; number < others.Length; number++)
        {
            Exception? fault = others[number].Exception?.InnerException;
            switch (number % 3)
            {
                case 0:
                    Assert.Equal($"{number}", Assert.IsType<KillException>(fault).Message);
                    break;
                case 1:
                    Assert.Contains("no_such_table", Assert.IsType<LedgerException>(fault).Message, StringComparison.Ordinal);
                    break;
                default:
                    Assert.Null(fault);
                    break;
            }
        }

        Assert.Equal(["11", "14", "17", "2", "5", "8"], ledger.Read(transaction => transaction.Query("SELECT detail FROM events ORDER BY detail", row => row.GetString(0))));
    }

    [Fact]
    public async Task Journal_givesBackWhatWasSignedUntilItIsFinished()
    {
        var finished = Keccak256.Hash([1]);
        using (SqliteLedger ledger = Open())
        {
            var journal = new LedgerTransactionJournal(ledger);
            await journal.AppendAsync(new JournalEntry.Signed("a", [1, 2]), TestContext.Current.CancellationToken);
            await journal.AppendAsync(new JournalEntry.Signed("b", [3]), TestContext.Current.CancellationToken);
            await journal.AppendAsync(new JournalEntry.Signed("a", [4]), TestContext.Current.CancellationToken);
            await journal.AppendAsync(new JournalEntry.Finished("b", finished), TestContext.Current.CancellationToken);
        }

        using SqliteLedger again = Open();
        JournalEntry[] entries = [.. await new LedgerTransactionJournal(again).ReadAsync(TestContext.Current.CancellationToken)];
        Assert.Equal([new JournalEntry.Signed("a", [1, 2]), new JournalEntry.Signed("a", [4])], entries[..2]);
        Assert.Equal(("b", finished), (entries[2].Key, Assert.IsType<JournalEntry.Finished>(entries[2]).TransactionHash));
        Assert.Equal(3, entries.Length);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static long Events(SqliteLedger ledger) => ledger.Read(transaction => transaction.Number("SELECT count(*) FROM events"));

    private SqliteLedger Open() => SqliteLedger.Open(File, TimeProvider.System);
}
