# SPDX-License-Identifier: GPL-2.0
# Completion of the command culvert for fish. All words come from `culvert help --words`.

# __culvert_words KIND...: the words of these kinds, each with what it is.
function __culvert_words
    for line in $__culvert_lines
        set -l columns (string split \t -- $line)
        contains -- $columns[1] $argv; and printf '%s\t%s\n' $columns[2] $columns[3]
    end
end

# __culvert_of KIND WORD: the third columns of the lines that are of both.
function __culvert_of
    for line in $__culvert_lines
        set -l columns (string split \t -- $line)
        test "$columns[1] $columns[2]" = "$argv[1] $argv[2]"; and echo $columns[3]
    end
end

function __culvert_links
    culvert show interfaces 2>/dev/null | string split ' '
end

# The keys of the peers of a device, each with its name.
function __culvert_peers
    culvert show $argv[1] names 2>/dev/null | string replace -r '\t\(none\)$' ''
end

# What may stand for the value of a word of set.
function __culvert_values -a dev word
    for value in (__culvert_of value $word)
        switch $value
            case FILE
                __fish_complete_path (commandline -ct)
            case KEY
                __culvert_peers $dev
            case LINK
                string replace /sys/class/net/ '' /sys/class/net/*
            case '*'
                string match -rv '[A-Z]' -- $value
        end
    end
end

function __culvert_set
    set -l kinds set
    set -l i 4
    while test $i -le (count $argv)
        test $argv[$i] = peer; and set kinds set peer
        if count (__culvert_of value $argv[$i]) >/dev/null
            if test $i -eq (count $argv)
                __culvert_values $argv[3] $argv[$i]
                return
            end
            set i (math $i + 1)
        end
        set i (math $i + 1)
    end
    __culvert_words $kinds
end

# Those that have options: show, monitor, why, doctor, admit, up and down.
function __culvert_with_options
    set -l given
    set -l before
    for word in $argv[3..]
        # the file behind -f is none of them
        string match -q -- '-*' $word; or contains -- "$before" -f --file -n -r -t --netns; or set -a given $word
        set before $word
    end
    set -l known (__culvert_of arguments $argv[2] | string match -ar '[^][| ]+')
    if contains -- $argv[-1] -f --file
        __fish_complete_path (commandline -ct)
    else if contains -- $argv[-1] -n --netns; and contains -- $argv[2] up down
        for namespace in /run/netns/*
            string replace /run/netns/ '' $namespace
        end
    else if string match -q -- '-*' (commandline -ct)
        string match -- '-*' $known
    else if contains -- $argv[2] up down
        test (count $given) -eq 0; and __fish_complete_path (commandline -ct)
    else if test (count $given) -eq 0
        contains DEV $known; and __culvert_links
        string match -rv -- '^-|[A-Z]' $known
    else if test "$argv[2]" = admit -a (count $given) -eq 1
        __fish_complete_path (commandline -ct)
    else if test "$argv[2]" = why -a (count $given) -eq 1
        __culvert_peers $given[1]
    else if test "$argv[2]" = show -a (count $given) -eq 1 -a "$given[1]" != interfaces
        __culvert_words field
    end
end

# Its options take a value each.
function __culvert_top
    set -l links 1
    set -l option
    for word in $argv[3..]
        if test -n "$option"
            set option
        else if string match -q -- '-*' $word
            contains -- $word -i -s --interval --sort; and set option $word
        else
            set links 0
        end
    end
    if test -n "$option"
        string match -q -- '*-s*' $option; and __culvert_words column
        return
    end
    __culvert_of arguments top | string match -ar -- '-\w'
    test $links = 1; and __culvert_links
end

# Those that take a device, a file, or the name of another.
function __culvert_other
    set -l known (__culvert_of arguments $argv[2] | string match -ar '[^][| ]+')
    switch "$known["(math (count $argv) - 1)"]"
        case DEV
            __culvert_links
        case FILE
            __fish_complete_path (commandline -ct)
        case SUBCOMMAND
            __culvert_words subcommand
        case WORD
            switch $argv[3]
                case show
                    __culvert_words field
                case set
                    __culvert_words set peer
                case top
                    __culvert_words column
            end
    end
end

function __culvert_complete
    # The words in front of the cursor, without the one that it is in.
    set -l before (commandline -opc)
    set -g __culvert_lines (culvert help --words 2>/dev/null)
    switch (count $before):"$before[2]"
        case '1:*'
            __culvert_words subcommand
        case 2:set
            __culvert_links
        case '*:set'
            __culvert_set $before
        case '*:show' '*:monitor' '*:why' '*:doctor' '*:admit' '*:up' '*:down'
            __culvert_with_options $before
        case '*:top'
            __culvert_top $before
        case '*'
            __culvert_other $before
    end
    set -e __culvert_lines
end

complete -c culvert -f -a '(__culvert_complete)'
