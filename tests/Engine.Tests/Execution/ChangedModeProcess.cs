using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using Ait.Engine.Execution;
using Ait.Engine.Simd.Emitted;

namespace Ait.Engine.Tests.Execution;

/// <summary>
/// What a child process does instead of running tests: it changes a thread's mode, asks the engine, tells what it heard and
/// ends. In the parent's process the change would outlive the thread: a thread inherits its creator's mode, and the runtime
/// may start its own (the pool's, the compiler's, which then compiles constants in that mode) from any thread.
/// </summary>
internal static unsafe class ChangedModeProcess
{
    /// <summary>The environment variable with the bits to set in MXCSR.</summary>
    internal const string Bits = "AIT_TEST_MXCSR";

    internal const string Nothing = "nothing";

    internal const int NotChanged = 3;

    // MXCSR with all exceptions masked, as every thread starts.
    private const uint Default = 0x1F80;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "It decides what this program is before its entry point does.")]
    internal static void Become()
    {
        if (Environment.GetEnvironmentVariable(Bits) is { } bits)
        {
            Environment.Exit(Run(Default | uint.Parse(bits, CultureInfo.InvariantCulture)));
        }
    }

    private static int Run(uint mode)
    {
        // ldmxcsr [rdi]; ret
        using ExecutableMemory? code = ExecutableMemory.TryCreate([0x0F, 0xAE, 0x17, 0xC3]);
        if (code is null)
        {
            return NotChanged;
        }

        var load = (delegate* unmanaged[Cdecl, SuppressGCTransition]<uint*, void>)code.DangerousGetHandle();
        uint normal = Default;
        load(&mode);
        string? fault = FloatingPointMode.Fault();
        Exception? thrown = Record.Exception(() => Generator.Run(Samples.SmallModel, Samples.Requests[3], null, default));
        load(&normal);
        Console.Out.WriteLine(fault ?? Nothing);
        Console.Out.WriteLine(thrown?.GetType().Name ?? Nothing);
        return 0;
    }
}
