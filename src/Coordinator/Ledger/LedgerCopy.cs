using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ait.Coordinator.Ledger;

/// <summary>
/// A ledger in one file, the same for every database: gzip over lines of JSON. First a header with the schema's version, then each
/// table's name and columns and its rows as arrays (bytes as <c>{"b": base64}</c>), last the number of rows and SHA-256 of all lines before.
/// </summary>
internal static class LedgerCopy
{
    private const string Format = "ait-ledger";
    private const int LongestLine = 64 * 1024 * 1024;

    /// <summary>Writes one consistent snapshot; returns its number of rows. The file appears whole or not at all, readable by its owner only.</summary>
    internal static long Write(LedgerDatabase ledger, string path)
    {
        string unfinished = path + ".part";
        try
        {
            using (var file = new FileStream(unfinished, FileOptions()))
            {
                long rows = ledger.Read(transaction => Write(transaction, file));
                file.Flush(flushToDisk: true);
                File.Move(unfinished, path, overwrite: false);
                return rows;
            }
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>The schema's version of a copy, once every line of it was found to be as it was written.</summary>
    /// <exception cref="LedgerException">It is not a copy, or it was cut or changed.</exception>
    internal static int Check(string path)
    {
        int schema = 0;
        Read(path, (table, row) => { }, found => schema = found);
        return schema;
    }

    /// <summary>Fills an empty ledger of the copy's schema; all of it or nothing. Returns the number of rows.</summary>
    internal static long Restore(LedgerDatabase ledger, string path) => ledger.Write("restore", transaction =>
    {
        foreach (string table in LedgerSchema.Tables(LedgerSchema.Migrations.Count).Where(table => transaction.HasTable(table)))
        {
            if (transaction.Exists($"SELECT 1 FROM {table} LIMIT 1"))
            {
                throw new LedgerException($"The ledger {ledger.Name} is not empty (table {table}); restore into a new one.");
            }
        }

        long rows = 0;
        Read(path, (table, row) =>
        {
            transaction.Execute(table.Insert, [.. row.EnumerateArray().Select(ToValue)]);
            rows++;
        }, _ => { });
        transaction.ContinueKeys();
        return rows;
    });

    private static FileStreamOptions FileOptions()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // It holds the secrets of open batches.
        }

        return options;
    }

    private static long Write(LedgerTransaction transaction, Stream file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var packed = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
        long rows = 0;
        int schema = (int)transaction.Number("SELECT coalesce(max(version), 0) FROM schema_versions");
        Line(json =>
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("schema", schema);
            json.WriteEndObject();
        });
        foreach (string table in LedgerSchema.Tables(schema))
        {
            bool named = false;
            transaction.ForEach($"SELECT * FROM {table}", row =>
            {
                if (!named)
                {
                    named = true;
                    Line(json =>
                    {
                        json.WriteStartObject();
                        json.WriteString("table", table);
                        json.WriteStartArray("columns");
                        for (int column = 0; column < row.FieldCount; column++)
                        {
                            json.WriteStringValue(row.GetName(column));
                        }

                        json.WriteEndArray();
                        json.WriteEndObject();
                    });
                }

                Line(json =>
                {
                    json.WriteStartArray();
                    for (int column = 0; column < row.FieldCount; column++)
                    {
                        Write(json, row.GetValue(column));
                    }

                    json.WriteEndArray();
                });
                rows++;
            });
        }

        string digest = Convert.ToHexStringLower(hash.GetCurrentHash());
        Line(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("rows", rows);
            json.WriteString("sha256", digest);
            json.WriteEndObject();
        });
        return rows;

        void Line(Action<Utf8JsonWriter> write)
        {
            using var line = new MemoryStream();
            using (var json = new Utf8JsonWriter(line))
            {
                write(json);
            }

            line.WriteByte((byte)'\n');
            byte[] bytes = line.ToArray();
            hash.AppendData(bytes);
            packed.Write(bytes);
        }
    }

    private static void Write(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case DBNull:
                json.WriteNullValue();
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case byte[] bytes:
                json.WriteStartObject();
                json.WriteBase64String("b", bytes);
                json.WriteEndObject();
                break;
            default:
                throw new LedgerException($"The ledger has a column of type {value.GetType().Name}; start the program that made it.");
        }
    }

    private static object? ToValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => value.GetInt64(),
        JsonValueKind.String => value.GetString(),
        _ => value.GetProperty("b").GetBytesFromBase64(),
    };

    private static void Read(string path, Action<CopiedTable, JsonElement> onRow, Action<int> onSchema)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            using FileStream file = File.OpenRead(path);
            using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            using var reader = new StreamReader(unpacked, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            int schema = 0;
            long rows = 0;
            CopiedTable? table = null;
            while (ReadLine(reader) is string line)
            {
                using JsonDocument document = JsonDocument.Parse(line);
                JsonElement root = document.RootElement;
                if (root.ValueKind == JsonValueKind.Array)
                {
                    if (table is null || root.GetArrayLength() != table.Columns)
                    {
                        throw new LedgerException($"{path} is not a sound copy of a ledger: a row without its table; take another copy.");
                    }

                    onRow(table, root);
                    rows++;
                }
                else if (root.TryGetProperty("table", out JsonElement name))
                {
                    table = CopiedTable.Of(name.GetString(), [.. root.GetProperty("columns").EnumerateArray().Select(column => column.GetString() ?? string.Empty)], schema)
                        ?? throw new LedgerException($"{path} is not a sound copy of a ledger: expected tables of schema version {schema}, found '{name}'.");
                }
                else if (root.TryGetProperty("format", out JsonElement format) && format.GetString() == Format)
                {
                    schema = root.GetProperty("schema").GetInt32();
                    if (schema < 1 || schema > LedgerSchema.Migrations.Count)
                    {
                        throw new LedgerException($"{path} is of schema version {schema}, this program knows up to {LedgerSchema.Migrations.Count}; use the newer program.");
                    }

                    onSchema(schema);
                }
                else if (root.TryGetProperty("sha256", out JsonElement digest)
                    && digest.GetString() == Convert.ToHexStringLower(hash.GetCurrentHash()) && root.GetProperty("rows").GetInt64() == rows && ReadLine(reader) is null)
                {
                    return;
                }
                else
                {
                    break;
                }

                hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException or DecoderFallbackException)
        {
            throw new LedgerException($"{path} is not a sound copy of a ledger ({fault.Message}); take another copy.", fault);
        }

        throw new LedgerException($"{path} is not a whole copy of a ledger: its last line does not close what comes before; take another copy.");
    }

    private static string? ReadLine(StreamReader reader)
    {
        var line = new StringBuilder();
        for (int next = reader.Read(); next >= 0; next = reader.Read())
        {
            if (next == '\n')
            {
                return line.ToString();
            }

            if (line.Length == LongestLine)
            {
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"a line of more than {LongestLine} characters"));
            }

            line.Append((char)next);
        }

        return line.Length > 0 ? throw new InvalidDataException("it ends within a line") : null;
    }

    /// <summary>A table of a copy; only names of the schema get into a statement.</summary>
    private sealed record CopiedTable(int Columns, string Insert)
    {
        internal static CopiedTable? Of(string? name, string[] columns, int schema) =>
            name is not null && LedgerSchema.Tables(schema).Contains(name) && columns.Length > 0 && columns.All(column => column.Length > 0 && column.All(letter => letter is (>= 'a' and <= 'z') or '_'))
                ? new CopiedTable(
                    columns.Length,
                    $"INSERT INTO {name} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", Enumerable.Range(1, columns.Length).Select(number => $"${number}"))})")
                : null;
    }
}
