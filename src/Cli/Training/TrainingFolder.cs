using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Training;

/// <summary>
/// What a run leaves: metrics, the plot, outcomes, and checkpoints under the digests of their bytes. The chain of chunks is a file
/// of lines, one for each chunk that is done; the next run goes on behind the last one.
/// </summary>
internal sealed class TrainingFolder
{
    private readonly string _path;

    internal TrainingFolder(string path)
    {
        _path = Directory.CreateDirectory(path).FullName;
        Directory.CreateDirectory(Path.Combine(_path, "checkpoints"));
        Directory.CreateDirectory(Path.Combine(_path, "outcomes"));
    }

    internal string Metrics => Path.Combine(_path, "metrics.jsonl");

    internal string Plot => Path.Combine(_path, "loss.svg");

    private string Chain => Path.Combine(_path, "chain.jsonl");

    internal string Checkpoint(Digest state) => Path.Combine(_path, "checkpoints", $"{state}.axs");

    /// <summary>The step and the state behind the last chunk; null for a beginning. A chain of another recipe is refused.</summary>
    internal (int Step, Digest State)? Last(TrainingRecipe recipe)
    {
        if (!File.Exists(Chain) || File.ReadLines(Chain).LastOrDefault(line => line.Length > 0) is not { } line)
        {
            return null;
        }

        try
        {
            JsonNode? last = JsonNode.Parse(line);
            if (last is null || !Digest.TryParseHex((string?)last["recipe"], out Digest found) || !Digest.TryParseHex((string?)last["state"], out Digest state))
            {
                throw new SurroundingsException($"the chain {Chain} is not understood. Choose another folder with --out.");
            }

            return found == recipe.Digest
                ? ((int)last["end"]!, state) // Written beside the others, and a line without it throws.
                : throw new RefusedException($"the folder {_path} holds a run of recipe {found}, and this one is {recipe.Digest}. Choose another with --out.");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw new SurroundingsException($"the chain {Chain} is not understood: {fault.Message} Choose another folder with --out.", fault);
        }
    }

    /// <summary>Writes a checkpoint under its digest, whole or not at all.</summary>
    internal void Keep(Trainer trainer)
    {
        string path = Checkpoint(trainer.State);
        string partial = path + ".partial";
        using (FileStream stream = File.Create(partial))
        {
            trainer.Save(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Adds a chunk to the chain, and drops the checkpoint that nothing begins from any more.</summary>
    internal string Link(TrainingRecipe recipe, TrainingOutcome outcome)
    {
        int end = outcome.Chunk.FirstStep + outcome.Steps.Length;
        string file = Path.Combine(_path, "outcomes", string.Create(CultureInfo.InvariantCulture, $"{outcome.Chunk.FirstStep:D8}.axo"));
        File.WriteAllBytes(file, outcome.ToBytes());
        if (outcome.Finish == TrainingFinish.Done)
        {
            var link = new JsonObject
            {
                ["recipe"] = $"{recipe.Digest}",
                ["first"] = outcome.Chunk.FirstStep,
                ["end"] = end,
                ["parent"] = $"{outcome.Chunk.Parent}",
                ["state"] = $"{outcome.State}",
                ["resultHash"] = $"{outcome.ResultHash}",
            };
            File.AppendAllText(Chain, link.ToJsonString() + "\n");
            if (outcome.Chunk.FirstStep > 0)
            {
                File.Delete(Checkpoint(outcome.Chunk.Parent));
            }
        }

        return file;
    }
}
