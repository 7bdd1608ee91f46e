using System.Runtime.InteropServices;
using System.Text;

namespace Ait.Engine.Gpu.Drivers;

/// <summary>Compiles kernels at run time. NVRTC and hipRTC have one interface under two names.</summary>
internal static unsafe class RuntimeCompiler
{
    public delegate int Create(out nint program, string source, string name, int headers, byte** headerTexts, byte** headerNames);

    public delegate int CompileProgram(nint program, int options, byte** optionTexts);

    public delegate int SizeOf(nint program, out nuint bytes);

    public delegate int Fetch(nint program, byte* target);

    public delegate int Destroy(ref nint program);

    /// <summary>The machine code of the source.</summary>
    /// <exception cref="GpuException">The compiler is missing or refuses the source; its log is in the message.</exception>
    public static byte[] Compile(
        string vendor,
        string source,
        string[] options,
        Create create,
        CompileProgram compile,
        SizeOf logSize,
        Fetch log,
        SizeOf codeSize,
        Fetch code,
        Destroy destroy)
    {
        nint program = 0;
        nint[] texts = [.. options.Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            Demand(create(out program, source, "ait.cu", 0, null, null), "creating a program");
            int error;
            // The texts live until the finally block.
            fixed (nint* p = texts)
            {
                error = compile(program, texts.Length, (byte**)p);
            }

            if (error != 0)
            {
                throw new GpuException($"{vendor}: the compiler refuses the kernels (error {error}): {Encoding.UTF8.GetString(Take(program, logSize, log)).TrimEnd('\0', '\n')}");
            }

            return Take(program, codeSize, code);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new GpuException($"{vendor}: the run-time compiler is missing: {missing.Message}");
        }
        finally
        {
            if (program != 0)
            {
                destroy(ref program);
            }

            Array.ForEach(texts, Marshal.FreeCoTaskMem);
        }

        void Demand(int error, string what)
        {
            if (error != 0)
            {
                throw new GpuException($"{vendor}: the run-time compiler fails at {what} with error {error}.");
            }
        }

        byte[] Take(nint owner, SizeOf size, Fetch fetch)
        {
            Demand(size(owner, out nuint bytes), "asking for a size");
            byte[] content = new byte[checked((int)bytes)];
            fixed (byte* p = content)
            {
                Demand(fetch(owner, p), "fetching a text");
            }

            return content;
        }
    }
}
