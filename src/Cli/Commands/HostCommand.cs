using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Commands;

/// <summary>A command that is another program: this process becomes it, so flags, exit code and signals are the program's own.</summary>
internal sealed class HostCommand
{
    internal static readonly IReadOnlyList<HostCommand> All =
    [
        new("coordinator", "Ait.Coordinator", "Run a coordinator: the queue, the seats, settlement. Flags are the coordinator's own."),
        new("collateral", "Ait.Coordinator", "What vendors publish about their hardware: list it, export and import bundles. Flags are the coordinator's own.", "collateral"),
        new("ledger", "Ait.Coordinator", "The coordinator's memory: back it up, restore it, migrate its schema. Flags are the coordinator's own.", "ledger"),
        new("miner", "Ait.Miner", "Run a miner for one GPU. Flags are the miner's own."),
        new("emulation", "Ait.Emulation", "Emulated hardware for development networks. Flags are its own."),
    ];

    private readonly string _name;
    private readonly string _program;
    private readonly string _description;
    private readonly string? _word;

    /// <param name="name">As it is typed.</param>
    /// <param name="program">The program it is.</param>
    /// <param name="description">For the root's help.</param>
    /// <param name="word">A command of that program, put before the arguments; null for the program itself.</param>
    private HostCommand(string name, string program, string description, string? word = null)
    {
        _word = word;
        _name = name;
        _program = program;
        _description = description;
    }

    internal static bool TryFind(string name, [NotNullWhen(true)] out HostCommand? host)
    {
        host = All.FirstOrDefault(candidate => candidate._name == name);
        return host is not null;
    }

    /// <summary>For the root's help only; an invocation never gets this far.</summary>
    internal Command Describe() => new(_name, _description) { TreatUnmatchedTokensAsErrors = false };

    internal int Become(IReadOnlyList<string> arguments)
    {
        string program = Installation.HostProgram(_program);
        Exception fault = UnixProcess.Become(program, _word is null ? arguments : [_word, .. arguments]);
        throw new SurroundingsException($"{program} could not be started: {fault.Message}", fault);
    }
}
