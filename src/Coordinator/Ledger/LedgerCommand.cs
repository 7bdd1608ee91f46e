namespace Ait.Coordinator.Ledger;

/// <summary><c>Ait.Coordinator ledger version|backup FILE|restore FILE|migrate N --store STORE</c>.</summary>
internal static class LedgerCommand
{
    internal const string Name = "ledger";

    internal const string Help = """
        Ait.Coordinator ledger: look after the coordinator's memory, an SQLite file or a PostgreSQL database.

          ledger version       --store FILE|URL   its schema's version, and the newest this program knows
          ledger backup FILE   --store FILE|URL   one consistent snapshot in one file, also while a coordinator runs
          ledger restore FILE  --store FILE|URL   into a new, empty ledger; also from one kind of database into the other
          ledger migrate N     --store FILE|URL   bring the schema to version N, forth or back, while no coordinator runs

        A backup holds the secrets of open batches: it is written readable by its owner only; keep it so.
        Exit codes: 0 done, 1 refused, 2 wrong arguments.

        """;

    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, TimeProvider clock)
    {
        if (arguments.Count == 0 || arguments.Any(argument => argument is "--help" or "-h"))
        {
            await output.WriteAsync(Help);
            return arguments.Count == 0 ? 2 : 0;
        }

        int at = arguments.ToList().IndexOf("--store");
        string? store = at > 0 && at + 1 < arguments.Count ? arguments[at + 1] : null;
        string[] words = [.. arguments.Where((_, index) => store is null || (index != at && index != at + 1))];
        try
        {
            switch (words)
            {
                case ["version"] when store is not null:
                    using (LedgerDatabase ledger = LedgerDatabase.Open(store, clock, LedgerUse.Read))
                    {
                        await output.WriteLineAsync($"{ledger.Name}: schema version {ledger.Version()}, newest known {LedgerSchema.Migrations.Count}");
                    }

                    return 0;
                case ["backup", string file] when store is not null:
                    using (LedgerDatabase ledger = LedgerDatabase.Open(store, clock, LedgerUse.Read))
                    {
                        await output.WriteLineAsync($"{LedgerCopy.Write(ledger, file)} rows of {ledger.Name} are in {file}");
                    }

                    return 0;
                case ["restore", string file] when store is not null:
                    int schema = LedgerCopy.Check(file);
                    using (LedgerDatabase ledger = LedgerDatabase.Open(store, clock, LedgerUse.Maintain, schema))
                    {
                        await output.WriteLineAsync($"{LedgerCopy.Restore(ledger, file)} rows of {file} are in {ledger.Name}");
                    }

                    return 0;
                case ["migrate", string number] when store is not null && int.TryParse(number, out int version):
                    using (LedgerDatabase ledger = LedgerDatabase.Open(store, clock, LedgerUse.Maintain, version))
                    {
                        await output.WriteLineAsync($"{ledger.Name}: schema version {ledger.Version()}");
                    }

                    return 0;
                default:
                    await error.WriteLineAsync($"'{string.Join(' ', arguments)}' is no ledger command; see ledger --help.");
                    return 2;
            }
        }
        catch (LedgerException fault)
        {
            await error.WriteLineAsync(fault.Message);
            return 1;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"A file cannot be read or written: {fault.Message} Check the path, its owner and the free disk space.");
            return 1;
        }
    }
}
