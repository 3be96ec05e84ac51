@echo off
rem Starts camapp by a double click: finds a Python that fits, then does what `python main.py` does, the first set-up
rem included. Options are passed on. The window of this console stays open if something went wrong.
setlocal EnableExtensions DisableDelayedExpansion
title camapp
set "MAIN=%~dp0main.py"
if not exist "%MAIN%" goto not_unpacked

set "PYTHON="
for %%P in ("py -3" "python" "python3" "py -3.14" "py -3.13" "py -3.12" "py -3.11") do if not defined PYTHON call :try %%~P
if not defined PYTHON goto no_python

%PYTHON% "%MAIN%" %*
set "CODE=%ERRORLEVEL%"
rem 0: done; 130: interrupted by the person
if "%CODE%"=="0" exit /b 0
if "%CODE%"=="130" exit /b 130
echo.
echo camapp ended with code %CODE%. The lines above say why, and what to do.
goto wait

:not_unpacked
set "CODE=2"
echo The other files of camapp are not beside start.bat.
echo If you opened a .zip file: unpack all of it into a folder first, then double-click start.bat there.
goto wait

:no_python
set "CODE=2"
echo camapp needs Python 3.11 to 3.14, and there is none on this computer.
echo Get it from https://www.python.org/downloads/windows/ - take Python 3.13, 64-bit - then double-click start.bat again.

:wait
echo.
pause
exit /b %CODE%

:try
rem call: some Pythons are batch files, and would not come back
call %* -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))" >nul 2>nul
if "%ERRORLEVEL%"=="0" set "PYTHON=%*"
exit /b 0
